"""tf.contrib.image: projective transforms of images, warps, connected components and pairs."""

from minitf.contrib.image.components import connected_components
from minitf.contrib.image.splines import interpolate_spline
from minitf.contrib.image.transforms import angles_to_projective_transforms, compose_transforms
from minitf.contrib.image.transforms import flat_transforms_to_matrices, matrices_to_flat_transforms, rotate, transform
from minitf.contrib.image.transforms import translate, translations_to_projective_transforms
from minitf.ops.images.matching import bipartite_match
from minitf.contrib.image.warps import dense_image_warp, sparse_image_warp

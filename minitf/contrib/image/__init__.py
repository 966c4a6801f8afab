"""tf.contrib.image: projective transforms of images."""

from minitf.contrib.image.transforms import angles_to_projective_transforms
from minitf.contrib.image.transforms import compose_transforms
from minitf.contrib.image.transforms import flat_transforms_to_matrices
from minitf.contrib.image.transforms import matrices_to_flat_transforms
from minitf.contrib.image.transforms import rotate
from minitf.contrib.image.transforms import transform
from minitf.contrib.image.transforms import translate
from minitf.contrib.image.transforms import translations_to_projective_transforms

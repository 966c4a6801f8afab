"""What functions of images ask of their arguments, at once where they can and when they run where not."""

from __future__ import annotations

from minitf.framework.convert import convert_to_tensor
from minitf.framework.shape import TensorShape
from minitf.framework.tensor import Tensor
from minitf.ops.array import array, joining, shapes
from minitf.ops.control import check, control
from minitf.ops.control.assert_and_print import Assert

_RANK = "an image is at least three-dimensional: [height, width, channels], or several with a batch before"
_EMPTY = "inner 3 dims of 'image.shape' must be > 0"


def at_least_3d(image: Tensor) -> list:
    """Assertions that an image has three axes or more and that none of them is empty; ValueError if it is
    known not to have them.
    """
    sizes = image.shape.sizes
    if sizes is not None and len(sizes) < 3:
        raise ValueError(f"{_RANK}; {image.name} has shape {image.shape} (must be at least three-dimensional)")
    if sizes is not None and 0 in sizes[-3:]:
        raise ValueError(f"{_EMPTY}; {image.name} has shape {image.shape}")
    if image.shape.is_fully_defined():
        return []
    positive = check.assert_positive(array.shape(image), [_EMPTY])
    return [positive, check.assert_greater_equal(shapes.rank(image), 3, message=_RANK)]


def checked(image: Tensor) -> Tensor:
    """The image once `at_least_3d` holds."""
    return control.with_dependencies(at_least_3d(image), image)


def batch_of(image) -> tuple[Tensor, bool]:
    """Images [batch, height, width, channels], and whether it was one image without a batch."""
    image = convert_to_tensor(image, name="image")
    rank = image.shape.rank
    if rank not in (None, 3, 4):
        raise ValueError(f"'image' has to have either 3 or 4 dimensions; {image.name} has {image.shape}")
    if rank == 4:
        return image, False
    image = array.expand_dims(image, 0)
    image.set_shape(TensorShape([None] * 4))
    return image, True


def dimensions(image: Tensor, rank: int = 4) -> list:
    """The sizes of an image: numbers where they are known, tensors where not."""
    known = image.shape.with_rank(rank).sizes
    if None not in known:
        return list(known)
    return [n if n is not None else t for n, t in zip(known, joining.unstack(array.shape(image), rank))]


def static(*sizes) -> TensorShape:
    """The shape of sizes that are numbers or tensors."""
    return TensorShape([None if isinstance(n, Tensor) else n for n in sizes])


def required(condition, words: str) -> list:
    """An assertion of a condition that is a tensor; ValueError if it is known not to hold."""
    if isinstance(condition, Tensor):
        return [Assert(condition, [words])]
    if not condition:
        raise ValueError(words)
    return []

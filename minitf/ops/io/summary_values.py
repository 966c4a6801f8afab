"""What summaries hold: numbers, histograms, pictures and sounds in TensorFlow's messages."""

from __future__ import annotations

import functools
import io

import numpy as np

from minitf.framework import protos
from minitf.ops.io.sound import as_wav

_GREATEST = np.finfo(np.float64).max
_BAD_COLOR = np.array([255, 0, 0, 255], np.uint8)  # of pixels that are not finite
_TINY = 1e-6  # an image whose values are all smaller is black


def serialized(*values: dict) -> bytes:
    """A Summary of values."""
    return protos.message("Summary")(value=values).SerializeToString()


def scalar(tag: str, value: np.ndarray) -> bytes:
    """A summary of one number."""
    if value.shape != ():
        raise ValueError(
            f"summary '{tag}' takes a scalar, the value has shape {list(value.shape)}; reduce it, or use "
            "tf.summary.histogram"
        )
    return serialized({"tag": tag, "simple_value": float(value)})


# ---- histograms


@functools.cache
def _limits() -> np.ndarray:
    """The upper limits of all buckets: each is a tenth further from zero than the one before."""
    positive, limit = [], 1e-12
    while limit < 1e20:
        positive.append(limit)
        limit *= 1.1
    positive.append(_GREATEST)
    return np.array([-v for v in reversed(positive)] + [0.0] + positive)


def histogram(tag: str, values: np.ndarray) -> bytes:
    """A summary of how often values of each size occur."""
    ordered = np.sort(values, axis=None).astype(np.float64)
    if ordered.size and not np.isfinite(ordered[[0, -1]]).all():
        kind = "Nan" if np.isnan(ordered[-1]) else "Infinity"
        raise ValueError(f"{kind} in summary histogram for: {tag}")
    low, high = ordered[[0, -1]] if ordered.size else (_GREATEST, -_GREATEST)
    ends = {"min": low, "max": high}
    return serialized({"tag": tag, "histo": {**ends, **_sums(values), **_buckets(_counts(ordered))}})


def _sums(values: np.ndarray) -> dict:
    """The number of values, and the sums of them and of their squares."""
    flat = values.reshape(-1).astype(np.float64)
    with np.errstate(over="ignore"):
        return {"num": flat.size, "sum": flat.sum(), "sum_squares": (flat * flat).sum()}


def _counts(ordered: np.ndarray) -> np.ndarray:
    """How many values are in each bucket."""
    below = np.searchsorted(ordered, _limits())
    below[-1] = ordered.size  # the last bucket takes its own limit, too
    return np.diff(below, prepend=0)


def _buckets(counts: np.ndarray) -> dict:
    """Limits and counts; of several empty buckets in a row only the last is kept."""
    limits = _limits()
    kept = counts > 0
    kept[:-1] |= kept[1:]
    kept[-1] = True
    return {"bucket_limit": limits[kept].tolist(), "bucket": counts[kept].tolist()}


class Histogram:
    """How often values of each size occurred, of values that come one by one."""

    def __init__(self):
        self._ends, self._sums = [_GREATEST, -_GREATEST], np.zeros(3)
        self._counts = np.zeros(_limits().size, np.int64)

    def add(self, value: float) -> None:
        """Adds a number that is finite."""
        self._ends = [min(self._ends[0], value), max(self._ends[1], value)]
        self._sums += 1, value, value * value
        self._counts[min(np.searchsorted(_limits(), value, "right"), self._counts.size - 1)] += 1

    def message(self) -> dict:
        """The fields of a HistogramProto."""
        low, high = self._ends
        number, total, squares = self._sums
        return {"min": low, "max": high, "num": number, "sum": total, "sum_squares": squares, **_buckets(self._counts)}


# ---- pictures and sounds


def _tags(tag: str, kind: str, limit: int) -> list[str]:
    return [f"{tag}/{kind}"] if limit == 1 else [f"{tag}/{kind}/{i}" for i in range(limit)]


def images(tag: str, batch: np.ndarray, limit: int) -> bytes:
    """A summary of the first `limit` pictures of a batch [batch, height, width, channels], as PNG."""
    if batch.ndim != 4 or batch.shape[3] not in (1, 3, 4):
        raise ValueError(
            f"image summary '{tag}' takes [batch, height, width, channels] with 1, 3 or 4 channels, the "
            f"tensor has shape {list(batch.shape)}"
        )
    if batch.shape[0] and not batch.size:
        raise ValueError(f"image summary '{tag}': the images have no pixels, shape {list(batch.shape)}")
    return serialized(*[_image(t, pixels) for t, pixels in zip(_tags(tag, "image", limit), batch)])


def _image(tag: str, pixels: np.ndarray) -> dict:
    from PIL import Image

    height, width, channels = pixels.shape
    data = pixels if pixels.dtype == np.uint8 else _scaled(pixels)
    file = io.BytesIO()
    Image.fromarray(data[..., 0] if channels == 1 else data).save(file, "PNG")
    return {
        "tag": tag,
        "image": {"height": height, "width": width, "colorspace": channels, "encoded_image_string": file.getvalue()},
    }


def _scaled(pixels: np.ndarray) -> np.ndarray:
    """Numbers as colours: 0 to the greatest as 0 to 255, or if some are negative 0 as 128."""
    finite = np.isfinite(pixels).all(axis=-1)
    known = pixels[finite].astype(np.float32)
    low, high = (known.min(), known.max()) if known.size else (np.float32(0), np.float32(0))
    span, offset = (np.float32(127), 128) if low < 0 else (np.float32(255), 0)
    greatest = max(abs(low), abs(high)) if low < 0 else high
    scale = np.float32(0) if greatest < _TINY else span / greatest
    with np.errstate(all="ignore"):  # where pixels are replaced, and where halves are too small for the scale
        data = (pixels * pixels.dtype.type(scale) + pixels.dtype.type(offset)).astype(np.uint8)
    data[~finite] = _BAD_COLOR[: pixels.shape[2]]
    return data


def audio(tag: str, clips: np.ndarray, rate: np.ndarray, limit: int) -> bytes:
    """A summary of the first `limit` clips of a batch [batch, frames(, channels)] within -1..1, as WAV."""
    if clips.ndim not in (2, 3):
        raise ValueError(
            f"audio summary '{tag}' takes [batch, frames] or [batch, frames, channels], the tensor has shape "
            f"{list(clips.shape)}"
        )
    if rate.shape != () or not 1 <= rate < 2**32:
        raise ValueError(f"audio summary '{tag}': sample_rate must be > 0, a number of frames, not {rate}")
    if clips.shape[0] and not clips.size:
        raise ValueError(f"audio summary '{tag}': the clips have no frames, shape {list(clips.shape)}")
    clips = clips.reshape((*clips.shape[:2], -1)) if clips.size else clips
    return serialized(*[_clip(t, clip, float(rate)) for t, clip in zip(_tags(tag, "audio", limit), clips)])


def _clip(tag: str, clip: np.ndarray, rate: float) -> dict:
    return {
        "tag": tag,
        "audio": {
            "sample_rate": rate,
            "num_channels": clip.shape[1],
            "length_frames": clip.shape[0],
            "encoded_audio_string": as_wav(clip, int(rate)),
            "content_type": "audio/wav",
        },
    }


# ---- tensors, and several summaries


def tensor(tag: str, value: np.ndarray, dtype: int, metadata: bytes) -> bytes:
    """A summary that holds a tensor, whose type has the number `dtype`, for some plugin of TensorBoard."""
    shape = {"dim": [{"size": n} for n in value.shape]}
    data = {"string_val": value.ravel()} if value.dtype.hasobject else {"tensor_content": value.tobytes()}
    described = protos.message("SummaryMetadata").FromString(metadata)
    content = {"dtype": dtype, "tensor_shape": shape, **data}
    return serialized({"tag": tag, "tensor": content, "metadata": described})


def merged(parts: list[bytes]) -> bytes:
    """The values of several summaries as one; no tag may occur twice."""
    seen: set[str] = set()
    for part in parts:
        try:
            values = protos.message("Summary").FromString(part).value
        except Exception as error:
            raise ValueError(f"one of the inputs is not a summary: {error}") from error
        for tag in (v.tag for v in values if v.tag):
            if tag in seen:
                raise ValueError(f"tag '{tag}' occurs twice in the summaries to be merged; rename one")
            seen.add(tag)
    return b"".join(parts)

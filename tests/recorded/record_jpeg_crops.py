"""Parts of JPEG files whose colours are stored at half the width, as TensorFlow reads them (facts/jpeg_crops.json).

The files are made by PYTHON_WITH_PILLOW record_jpeg_crops.py files; what PYTHON_WITH_TF record_jpeg_crops.py FACTS then
prints has the parts, too. Colours are mixed: TensorFlow 1.15.5 writes beyond its memory if `fancy_upscaling` is false.
"""

import base64
import hashlib
import io
import json
import sys
from pathlib import Path

import numpy as np

FILES = {"420": (34, 52, 2), "422": (21, 37, 1), "narrow": (9, 5, 2), "444": (9, 33, 0)}


def written(height, width, subsampling):
    from PIL import Image

    y, x = np.mgrid[:height, :width]
    waves = [np.sin(x / 2.0 + y / 5.0), np.cos(x / 3.0 - y / 2.0), np.sin(x * y / 9.0)]
    file = io.BytesIO()
    pixels = (128 + 120 * np.stack(waves, -1)).astype(np.uint8)
    Image.fromarray(pixels).save(file, "JPEG", subsampling=subsampling, quality=40)
    return file.getvalue()


def windows(height, width, random):
    """Windows that begin at a block of colours, or anywhere, and end anywhere."""
    found = [[0, 0, height, width]]
    for number in range(24):
        top, left = random.randint(height), random.randint(width)
        left = left // 16 * 16 if number % 2 else left
        found.append([top, left, 1 + random.randint(height - top), 1 + random.randint(width - left)])
        if number % 8 == 7:
            found[-1][3] = min(found[-1][3], 2)
    return found


def parts_of(data, height, width, random):
    import tensorflow as tf

    window, found = tf.placeholder(tf.int32, [4]), []
    with tf.Session() as session:
        for place in windows(height, width, random):
            for method in ("INTEGER_FAST", "INTEGER_ACCURATE"):
                part = tf.image.decode_and_crop_jpeg(data, window, dct_method=method)
                pixels = session.run(part, {window: place})
                found.append([place, method, list(pixels.shape), hashlib.sha256(pixels.tobytes()).hexdigest()[:16]])
    return found


if __name__ == "__main__":
    if sys.argv[1] == "files":
        found = {name: {"file": base64.b64encode(written(*shape)).decode()} for name, shape in FILES.items()}
    else:
        found, random = json.loads(Path(sys.argv[1]).read_text()), np.random.RandomState(1)
        for name, (height, width, _) in FILES.items():
            found[name]["parts"] = parts_of(base64.b64decode(found[name]["file"]), height, width, random)
    lines = [f"{json.dumps(name)}: {json.dumps(each)}" for name, each in found.items()]
    print("{\n" + ",\n".join(lines) + "\n}")

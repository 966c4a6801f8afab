"""Checkpoints as files of other formats."""

import builtins

import numpy as np
import pytest
from safetensors.numpy import load_file

import minitf as tf
from minitf.formats import checkpoint


def test_to_safetensors(tmp_path):
    draw = np.random.default_rng(0)
    arrays = {
        f"{dtype}/{len(shape)}": draw.integers(0, 2, shape).astype(dtype)
        for dtype in ("bool", "int8", "uint16", "int32", "uint64", "float16", "float32", "float64")
        for shape in ((), (3,), (0, 2), (2, 3, 4))
    }
    prefix = str(tmp_path / "model-7")
    checkpoint.write(prefix, [(name, tf.as_dtype(a.dtype), a) for name, a in arrays.items()])
    tf.train.update_checkpoint_state(str(tmp_path), prefix)
    assert tf.to_safetensors(str(tmp_path)) == f"{prefix}.safetensors"
    other = tf.to_safetensors(prefix, str(tmp_path / "other"))
    for name in (f"{prefix}.safetensors", other):
        found = load_file(name)
        assert found.keys() == arrays.keys()
        for key, array in arrays.items():
            assert found[key].dtype == array.dtype and np.array_equal(found[key], array)


def test_what_safetensors_has_not(tmp_path, monkeypatch):
    prefix = str(tmp_path / "m")
    checkpoint.write(prefix, [("s", tf.string, np.array(b"a", object)), ("x", tf.int32, np.zeros(2, np.int32))])
    with pytest.raises(tf.errors.UnimplementedError, match="s \\(string\\)"):
        tf.to_safetensors(prefix)
    with pytest.raises(tf.errors.NotFoundError):
        tf.to_safetensors(str(tmp_path / "n"))
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.startswith("safetensors"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match="pip install"):
        tf.to_safetensors(prefix)

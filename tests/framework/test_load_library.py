"""Compiled extensions are refused."""

import pytest

import minitf as tf


@pytest.mark.parametrize("load", [tf.load_op_library, tf.load_library, tf.load_file_system_library])
def test_refused(load, tmp_path):
    with pytest.raises(tf.errors.NotFoundError, match="cannot open shared object file"):
        load(str(tmp_path / "none.so"))
    (tmp_path / "some.so").write_bytes(b"")
    with pytest.raises(tf.errors.UnimplementedError, match="no compiled extensions.*tf.py_func"):
        load(str(tmp_path / "some.so"))

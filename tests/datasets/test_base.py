"""Files of data sets as tf.contrib.learn had them."""

import numpy as np
import pytest

import minitf as tf

base = tf.contrib.learn.datasets.base


def test_tables(tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("3,2,a,b\n1,2,0\n3,4,1\n5,6,2\n")
    data, target = base.load_csv_with_header(str(path), np.int32, np.float32)
    assert data.tolist() == [[1, 2], [3, 4], [5, 6]] and data.dtype == np.float32
    assert target.tolist() == [0, 1, 2] and target.dtype == np.int32
    path.write_text("0,1.5\n1,2.5\n")
    data, target = base.load_csv_without_header(str(path), np.int64, np.float64, target_column=0)
    assert data.tolist() == [[1.5], [2.5]] and target.tolist() == [0, 1]
    path.write_text("5,2,a,b\n1,2,0\n")
    with pytest.raises(ValueError, match=r"has 5 rows of 2, but has \(1, 2\)"):
        base.load_csv_with_header(str(path), np.int32, np.float32)


def test_maybe_download(tmp_path, capsys):
    source = tmp_path / "source"
    source.write_text("abc")
    for _ in range(2):
        path = base.maybe_download("file", str(tmp_path / "new"), source.as_uri())
        source.write_text("other")
    assert path == str(tmp_path / "new" / "file") and (tmp_path / "new" / "file").read_text() == "abc"
    assert capsys.readouterr().out == "Successfully downloaded file 3 bytes.\n"
    with pytest.raises(OSError, match="none"):
        base.maybe_download("other", str(tmp_path / "new"), (tmp_path / "none").as_uri())
    assert [p.name for p in (tmp_path / "new").iterdir()] == ["file"]

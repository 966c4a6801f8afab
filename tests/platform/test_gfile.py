import os

import pytest

import minitf as tf
from minitf.platform import file_io

errors = tf.errors


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a").write_bytes("héllo\nb\n".encode())
    (tmp_path / "x" / "y").mkdir(parents=True)
    return str(tmp_path)


def test_reading(folder):
    name = folder + "/a"
    with tf.gfile.GFile(name) as file:
        assert file.read(1) == "h"
    assert tf.gfile.GFile(name).read() == "héllo\nb\n"
    assert tf.gfile.Open(name, "rb").read(3) == b"h\xc3\xa9"
    assert list(tf.gfile.FastGFile(name)) == tf.gfile.GFile(name).readlines() == ["héllo\n", "b\n"]
    file = tf.gfile.GFile(name)
    assert file.readline() == "héllo\n" and file.tell() == 7 and file.next() == "b\n" and file.readline() == ""
    file.seek(7)
    assert file.read() == "b\n" and file.size() == 9 and file.name == name and file.mode == "r"
    file.seek(offset=-2, whence=2)
    assert file.read() == "b\n"
    file.seek(position=0)
    assert file.readline() == "héllo\n"


def test_writing(folder):
    name = folder + "/w"
    with tf.gfile.GFile(name, "w") as file:
        file.write("é")
        file.write(b"\n")
        assert file.tell() == 3
    with tf.gfile.GFile(name, "a") as file:
        file.write("more")
        file.flush()
        assert tf.gfile.GFile(name).read() == "é\nmore"
    tf.gfile.GFile(name, "w").close()
    assert tf.gfile.Stat(name).length == 0
    with tf.gfile.GFile(name, "w+") as file:
        file.write("abc")
        file.seek(1)
        assert file.read() == "bc"


def test_folders(folder):
    gfile = tf.gfile
    assert gfile.Exists(folder) and gfile.IsDirectory(folder) and not gfile.IsDirectory(folder + "/a")
    assert gfile.ListDirectory(folder) == ["a", "x"] and gfile.Glob(folder + "/*")[0] == folder + "/a"
    assert gfile.Glob([folder + "/a", folder + "/n*"]) == [folder + "/a"]
    assert list(gfile.Walk(folder))[0] == (folder, ["x"], ["a"])
    assert [row[0] for row in gfile.Walk(folder, in_order=False)][-1] == folder
    assert list(gfile.Walk(folder + "/none")) == []
    gfile.MkDir(folder), gfile.MakeDirs(folder + "/x/y"), gfile.MakeDirs(folder + "/p/q")
    gfile.Copy(folder + "/a", folder + "/b")
    gfile.Rename(folder + "/b", folder + "/c")
    gfile.Copy(folder + "/a", folder + "/c", overwrite=True)
    assert sorted(os.listdir(folder)) == ["a", "c", "p", "x"]
    (gfile.DeleteRecursively(folder + "/p"), gfile.DeleteRecursively(folder + "/c"), gfile.Remove(folder + "/a"))
    assert os.listdir(folder) == ["x"]
    stat = gfile.Stat(folder)
    assert stat.is_directory and stat.mtime_nsec > 0


def test_a_link_to_a_folder_is_deleted_alone(folder):
    os.symlink(folder + "/x", folder + "/link")
    tf.gfile.DeleteRecursively(folder + "/link")
    assert tf.gfile.IsDirectory(folder + "/x/y")


@pytest.mark.parametrize(
    "call, error",
    [
        (lambda d: tf.gfile.GFile(d + "/no").read(), errors.NotFoundError),
        (lambda d: tf.gfile.GFile(d + "/no/x", "w").write("a"), errors.NotFoundError),
        (lambda d: tf.gfile.GFile(d + "/a", "w").read(), errors.PermissionDeniedError),
        (lambda d: tf.gfile.GFile(d + "/a").write("x"), errors.PermissionDeniedError),
        (lambda d: tf.gfile.GFile(d + "/a", "x"), errors.InvalidArgumentError),
        (lambda d: tf.gfile.GFile(d + "/a", None), errors.InvalidArgumentError),
        (lambda d: tf.gfile.GFile(d).read(), errors.FailedPreconditionError),
        (lambda d: tf.gfile.GFile("a\0b").read(), errors.InvalidArgumentError),
        (lambda d: tf.gfile.GFile(d + "/" + "n" * 300).read(), errors.InvalidArgumentError),
        (lambda d: tf.gfile.GFile(None), TypeError),
        (lambda d: tf.gfile.Exists(None), TypeError),
        (lambda d: tf.gfile.ListDirectory(d + "/q"), errors.NotFoundError),
        (lambda d: tf.gfile.ListDirectory(d + "/a"), errors.NotFoundError),
        (lambda d: tf.gfile.Copy(d + "/a", d + "/a"), errors.AlreadyExistsError),
        (lambda d: tf.gfile.Copy(d + "/none", d + "/new"), errors.NotFoundError),
        (lambda d: tf.gfile.Rename(d + "/a", d + "/x"), errors.AlreadyExistsError),
        (lambda d: tf.gfile.Remove(d + "/z"), errors.NotFoundError),
        (lambda d: tf.gfile.Remove(d + "/x"), errors.FailedPreconditionError),
        (lambda d: tf.gfile.DeleteRecursively(d + "/z"), errors.NotFoundError),
        (lambda d: tf.gfile.MkDir(d + "/p/q"), errors.NotFoundError),
        (lambda d: tf.gfile.MakeDirs(d + "/a/b"), errors.FailedPreconditionError),
        (lambda d: tf.gfile.Stat(d + "/z"), errors.NotFoundError),
    ],
)
def test_what_is_refused(folder, call, error):
    with pytest.raises(error) as found:
        call(folder)
    assert (folder in str(found.value)) or error in (TypeError, errors.InvalidArgumentError)
    assert sorted(os.listdir(folder)) == ["a", "x"]


def test_file_io(folder):
    name = folder + "/s"
    file_io.write_string_to_file(name, "é")
    assert file_io.read_file_to_string(name) == "é" and file_io.read_file_to_string(name, True) == b"\xc3\xa9"
    file_io.atomic_write_string_to_file(name, "new")
    assert file_io.FileIO(name, "r").read() == "new" and file_io.file_exists(name)
    with pytest.raises(errors.AlreadyExistsError):
        file_io.atomic_write_string_to_file(name, "x", overwrite=False)
    assert file_io.get_matching_files(folder + "/s*") == [name] and file_io.is_directory(folder)


def test_names_that_tensorflow_2_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files = tf.io.gfile
    files.mkdir("a")
    files.mkdir("a")
    files.makedirs("b/c/d")
    with files.GFile("f", "w") as file:
        file.write("text")
    files.copy("f", "g")
    with pytest.raises(tf.errors.AlreadyExistsError):
        files.copy("f", "g")
    files.copy("f", "g", overwrite=True)
    files.rename("g", "h")
    assert files.glob("*") == ["a", "b", "f", "h"] and files.listdir("b") == ["c"]
    assert files.exists("h") and files.isdir("a") and files.stat("h").length == 4
    assert list(files.walk("b")) == [("b", ["c"], []), ("b/c", ["d"], []), ("b/c/d", [], [])]
    assert [name for name, _, _ in files.walk("b", topdown=False)] == ["b/c/d", "b/c", "b"]
    files.remove("h")
    files.rmtree("b")
    for wrong in (
        lambda: files.mkdir("x/y"),
        lambda: files.listdir("no"),
        lambda: files.remove("h"),
        lambda: files.rmtree("b"),
        lambda: files.stat("no"),
    ):
        with pytest.raises(tf.errors.NotFoundError):
            wrong()

import gzip
import hashlib
import os
import struct

import numpy as np
import pytest

import minitf as tf
from minitf.datasets import files, keras_mnist, mnist, mnist_model
from minitf.datasets.mnist import DataSet

IMAGES, LABELS = np.arange(40, dtype=np.uint8).reshape(10, 2, 2, 1), np.arange(10)
# Seed of the set, of the graph, six batches of 4 and one of 3 that is not shuffled (TensorFlow 1.15.5).
DRAWN = [
    (3, None, "5412 9670 3823 1489 5706 2904 687"),
    (None, 7, "8502 1973 6452 0948 1736 0426 137"),
    (3, 7, "5412 9670 3823 1489 5706 2904 687"),
]


@pytest.mark.parametrize("seed, graph_seed, batches", DRAWN)
def test_batches_are_those_of_tensorflow(seed, graph_seed, batches):
    if graph_seed is not None:
        tf.set_random_seed(graph_seed)
    data = DataSet(IMAGES, LABELS, seed=seed)
    found = [data.next_batch(4) for _ in range(6)]
    assert data.epochs_completed == 2
    found.append(data.next_batch(3, shuffle=False))
    assert " ".join("".join(map(str, labels)) for _, labels in found) == batches
    for images, labels in found:
        np.testing.assert_allclose(images, IMAGES.reshape(10, 4)[labels] / 255, rtol=1e-6)


def test_batches_in_order():
    data = DataSet(IMAGES, LABELS, reshape=False, dtype=tf.uint8)
    assert [data.next_batch(4, shuffle=False)[1].tolist() for _ in range(3)][2] == [8, 9, 0, 1]
    assert data.images.shape == (10, 2, 2, 1) and data.images.dtype == np.uint8 and data.num_examples == 10
    assert data.labels.tolist() == list(range(10))


def test_fake_data():
    data = mnist.read_data_sets("", fake_data=True, one_hot=True)
    images, labels = data.train.next_batch(2)
    assert images == [[1] * 784] * 2 and labels == [[1] + [0] * 9] * 2


@pytest.mark.parametrize(
    "make, error, words",
    [
        (lambda: DataSet(IMAGES, LABELS[:3]), ValueError, "10 images.*3 labels"),
        (lambda: DataSet(IMAGES[..., 0], LABELS), ValueError, r"\[n, rows, columns, 1\]"),
        (lambda: DataSet(IMAGES, LABELS, dtype=tf.int32), TypeError, "Invalid image dtype"),
    ],
)
def test_what_is_no_data_set(make, error, words):
    with pytest.raises(error, match=words):
        make()


# ---- files


def idx(array):
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape) + array.tobytes()


ARRAYS = mnist.Arrays(
    np.arange(12 * 784).astype(np.uint8).reshape(12, 28, 28),
    np.arange(12, dtype=np.uint8) % 10,
    np.ones((3, 28, 28), np.uint8),
    np.array([1, 2, 3], np.uint8),
)


def fill(folder, packed=False):
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in zip(mnist._DIGESTS, ARRAYS):
        data = idx(array)
        (folder / (name + ".gz" * packed)).write_bytes(gzip.compress(data) if packed else data)


@pytest.fixture(autouse=True)
def nowhere(monkeypatch, tmp_path):
    """No data but what a test puts somewhere, and no network."""
    monkeypatch.delenv("MINITF_DATA", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(mnist, "DEFAULT_SOURCE_URL", "file:///nowhere/")


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("place", ["given", "given/mnist", "data", "data/mnist", "cache/minitf/data/mnist"])
def test_places(monkeypatch, tmp_path, place, packed):
    monkeypatch.setenv("MINITF_DATA", str(tmp_path / "data"))
    fill(tmp_path / place, packed)
    data = mnist.read_data_sets(str(tmp_path / "given"), one_hot=True, validation_size=2)
    assert [part.num_examples for part in data] == [10, 2, 3] and data.train.labels.shape == (10, 10)
    assert data.validation.labels.argmax(1).tolist() == [0, 1] and data.test.images.shape == (3, 784)
    assert data.test.images.max() == np.float32(1) / np.float32(255)


def test_npz(monkeypatch, tmp_path):
    names = ("x_train", "y_train", "x_test", "y_test")
    np.savez(tmp_path / "mnist.npz", **dict(zip(names, ARRAYS)))
    monkeypatch.setenv("MINITF_DATA", str(tmp_path))
    (images, labels), (_, test) = keras_mnist.load_data()
    assert images.shape == (12, 28, 28) and labels.dtype == np.uint8 and test.tolist() == [1, 2, 3]


def damage(what):
    def change(folder):
        fill(folder)
        path = folder / mnist.TRAIN_IMAGES
        path.write_bytes(what(path.read_bytes()))

    return change


def pickled(folder):
    np.savez(folder / "mnist.npz", x_train=np.array([object()]), y_train=1, x_test=1, y_test=1)


@pytest.mark.parametrize(
    "damage, words",
    [
        (damage(lambda data: data[:-1]), "not those of an array"),
        (damage(lambda data: data[:6]), "not those of an array"),
        (damage(lambda data: b"<html>"), "no IDX file"),
        (damage(lambda data: gzip.compress(data)[:-9]), "damaged gzip"),
        (damage(lambda data: bytes([0, 0, 8, 3]) + b"\xff" * 12), "not those of an array"),
        (damage(lambda data: idx(ARRAYS[0][:5])), "shape"),
        (damage(lambda data: b""), "no IDX file"),
        (pickled, "no mnist.npz"),
        (lambda folder: (folder / "mnist.npz").write_bytes(b"PK"), "no mnist.npz"),
    ],
)
def test_damaged_files(tmp_path, damage, words):
    damage(tmp_path)
    with pytest.raises(ValueError, match=words):
        mnist.read_data_sets(str(tmp_path))


def test_validation_size(tmp_path):
    fill(tmp_path)
    with pytest.raises(ValueError, match="between 0 and 12"):
        mnist.read_data_sets(str(tmp_path))


def test_fetching(monkeypatch, tmp_path):
    fill(tmp_path / "server", packed=True)
    server = tmp_path / "server"
    found = {n: hashlib.md5((server / f"{n}.gz").read_bytes()).hexdigest() for n in mnist._DIGESTS}
    monkeypatch.setattr(mnist, "_DIGESTS", found)
    url = (tmp_path / "server").as_uri() + "/"
    assert mnist.read_data_sets(tmp_path / "new", validation_size=0, source_url=url).train.num_examples == 12
    assert len(list((tmp_path / "new").iterdir())) == 4
    monkeypatch.setitem(found, mnist.TEST_LABELS, "0" * 32)
    with pytest.raises(FileNotFoundError, match="not the file it should be"):
        mnist.read_data_sets(tmp_path / "other", source_url=url)
    assert f"{mnist.TEST_LABELS}.gz" not in [path.name for path in (tmp_path / "other").iterdir()]


def test_nowhere(tmp_path):
    with pytest.raises(FileNotFoundError, match="train-images-idx3-ubyte.gz.*or mnist.npz, into one of"):
        mnist.read_data_sets(tmp_path / "new")
    assert not (tmp_path / "new").exists() and files.cache() == tmp_path / "cache" / "minitf" / "data"


@pytest.mark.parametrize("variable, value", [("XDG_CACHE_HOME", "here"), ("HOME", "here"), ("HOME", None)])
def test_nothing_is_kept_in_the_working_folder(monkeypatch, tmp_path, variable, value):
    monkeypatch.chdir(tmp_path)
    for name in ("XDG_CACHE_HOME", "HOME", "MINITF_DATA"):
        monkeypatch.delenv(name, raising=False)
    if value:
        monkeypatch.setenv(variable, value)
    else:
        monkeypatch.setattr(os.path, "expanduser", lambda path: path)  # no user of that number is known
    assert files.cache() is None
    with pytest.raises(FileNotFoundError, match="without a home folder .* variable MINITF_DATA"):
        mnist.load(url=(tmp_path / "server").as_uri() + "/")
    fill(tmp_path / "mnist")
    assert mnist.load(tmp_path).train_images.shape[1:] == (28, 28)


def test_the_users_folder_is_for_nobody_else(monkeypatch, tmp_path):
    """Compiled code is kept beside data, and not taken from a folder that is open to others."""
    (tmp_path / "file").write_bytes(b"data")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    digest = hashlib.md5(b"data").hexdigest()
    before = os.umask(0)
    try:
        files.fetch((tmp_path / "file").as_uri(), files.cache() / "mnist" / "file", digest)
        files.fetch((tmp_path / "file").as_uri(), tmp_path / "given" / "file", digest)
    finally:
        os.umask(before)
    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.rglob("*") if path.is_dir()}
    assert (modes["cache"], modes["minitf"], modes["data"], modes["given"]) == (0o700, 0o700, 0o700, 0o777)


def test_the_network_of_the_tutorial():
    images, labels = tf.placeholder(tf.float32, [None, 784]), tf.placeholder(tf.int32, [None])
    logits = mnist_model.inference(images, 8, 4)
    loss = mnist_model.loss(logits, labels)
    step, right = mnist_model.training(loss, 0.1), mnist_model.evaluation(logits, labels)
    feed = {images: np.eye(10, 784), labels: np.arange(10)}
    assert tf.trainable_variables()[0].op.name == "hidden1/weights"
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        before = sess.run(loss, feed)
        for _ in range(50):
            sess.run(step, feed)
        assert sess.run(loss, feed) < before and 0 <= sess.run(right, feed) <= 10
        assert sess.run("global_step:0") == 50


def test_mnist_itself(data_dir):
    data = mnist.read_data_sets(data_dir)
    assert [part.num_examples for part in data] == [55_000, 5_000, 10_000]
    assert data.test.labels[:5].tolist() == [7, 2, 1, 0, 4]

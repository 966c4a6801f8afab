"""Slim's data: records of files through readers, decoders, providers and prefetching queues."""

import numpy as np
import pytest

import minitf as tf

slim = tf.contrib.slim
DECODER = slim.tfexample_decoder
KEYS = ["ymin", "xmin", "ymax", "xmax"]


def feature(kind, *values):
    names = {"bytes": tf.train.BytesList, "int64": tf.train.Int64List, "float": tf.train.FloatList}
    return tf.train.Feature(**{f"{kind}_list": names[kind](value=values)})


def pixels(label):
    return np.full([4, 6, 3], label * 10, np.uint8)


@pytest.fixture
def records(tmp_path):
    """Five records of labelled pictures with boxes, in two files."""
    with tf.Session() as session:
        files = [session.run(tf.image.encode_png(pixels(label))) for label in range(5)]
    for part in range(2):
        with tf.python_io.TFRecordWriter(str(tmp_path / f"part-{part}")) as writer:
            for label in range(part, 5, 2):
                boxes = {f"box/{key}": feature("float", 0.1 * i, 0.2) for i, key in enumerate(KEYS)}
                found = {"image/encoded": feature("bytes", files[label]), "label": feature("int64", label)}
                found["image/format"] = feature("bytes", b"png")
                example = tf.train.Example(features=tf.train.Features(feature={**found, **boxes}))
                writer.write(example.SerializeToString())
    return str(tmp_path / "part-*")


def decoder():
    features = {f"box/{key}": tf.VarLenFeature(tf.float32) for key in KEYS}
    features["image/encoded"] = tf.FixedLenFeature([], tf.string, "")
    features["image/format"] = tf.FixedLenFeature([], tf.string, "png")
    features["label"] = tf.FixedLenFeature([1], tf.int64, [0])
    return DECODER.TFExampleDecoder(
        features,
        {
            "image": DECODER.Image(shape=[4, 6, 3]),
            "label": DECODER.Tensor("label", shape=[]),
            "boxes": DECODER.BoundingBox(prefix="box/"),
            "twice": DECODER.ItemHandlerCallback("label", lambda found: found["label"] * 2),
        },
    )


def drawn(fetches, runs):
    """What fetches give in some runs, by the threads of queue runners."""
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coordinator)
        found = [session.run(fetches) for _ in range(runs)]
        coordinator.request_stop()
        coordinator.join(threads)
    return found


@pytest.mark.parametrize("shuffle", [True, False])
def test_a_dataset_is_provided_in_batches_made_ahead(records, shuffle):
    dataset = slim.dataset.Dataset(records, tf.TFRecordReader, decoder(), 5, {"image": "a picture"}, num_classes=5)
    provider = slim.dataset_data_provider.DatasetDataProvider(
        dataset, num_readers=2, shuffle=shuffle, common_queue_capacity=20, common_queue_min=3, seed=1
    )
    assert provider.list_items() == ["image", "label", "boxes", "twice", "record_key"]
    assert (provider.num_samples(), dataset.num_classes) == (5, 5)
    image, label, boxes, twice = provider.get(["image", "label", "boxes", "twice"])
    assert image.shape.as_list() == [4, 6, 3] and boxes.shape.as_list() == [None, 4]
    batch = tf.train.batch([image, label, tf.reshape(boxes, [2, 4]), twice], 5)
    queue = slim.prefetch_queue.prefetch_queue(dict(zip("abcd", batch)), capacity=2)
    for found in drawn(queue.dequeue(), 3):
        for image, label in zip(found["a"], found["b"]):
            np.testing.assert_array_equal(image, pixels(label))
        np.testing.assert_allclose(found["c"][0], [[0.0, 0.1, 0.2, 0.3], [0.2] * 4], rtol=1e-6)
        np.testing.assert_array_equal(found["d"][:, 0], 2 * found["b"])


def test_a_single_pass_keeps_the_order(records):
    _, record = slim.parallel_reader.single_pass_read(records, tf.TFRecordReader)
    [label] = decoder().decode(record, ["label"])
    assert drawn(label, 5) == [0, 2, 4, 1, 3]


def test_several_readers_fill_one_queue(records):
    names = tf.train.string_input_producer(slim.parallel_reader.get_data_files(records), num_epochs=1)
    queue = tf.FIFOQueue(20, [tf.string, tf.string])
    reader = slim.parallel_reader.ParallelReader(tf.TFRecordReader, queue, num_readers=2)
    assert (reader.num_readers, reader.common_queue) == (2, queue)
    _, record = reader.read(names)
    [label] = decoder().decode(record, ["label"])
    count = [reader.num_records_produced(), reader.num_work_units_completed()]
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coordinator)
        assert sorted(session.run(label) for _ in range(5)) == [0, 1, 2, 3, 4]
        with pytest.raises(tf.errors.OutOfRangeError):
            session.run(label)
        assert session.run(count) == [5, len(slim.parallel_reader.get_data_files(records))]
        coordinator.request_stop()
        coordinator.join(threads)
    for types in ([tf.string], [tf.string, tf.int32]):
        with pytest.raises(TypeError, match="common_queue.dtypes must be"):
            slim.parallel_reader.ParallelReader(tf.TFRecordReader, tf.FIFOQueue(3, types))


def test_features_are_looked_up():
    table = tf.contrib.lookup.index_table_from_tensor(["a", "b", "c"], default_value=-1)
    handlers = {"square": DECODER.LookupTensor("x", table, shape=[2, 2]), "flat": DECODER.LookupTensor("x", table)}
    made = DECODER.TFExampleDecoder({"x": tf.VarLenFeature(tf.string)}, handlers)
    letters = tf.train.Feature(bytes_list=tf.train.BytesList(value=[b"b", b"z", b"a", b"c"]))
    example = tf.train.Example(features=tf.train.Features(feature={"x": letters})).SerializeToString()
    found = made.decode(example, ["square", "flat"])
    assert found[0].shape.as_list() == [2, 2]
    with tf.Session() as session:
        session.run(tf.tables_initializer())
        assert [part.tolist() for part in session.run(found)] == [[[1, -1], [0, 2]], [1, -1, 0, 2]]


def test_shapes_of_features_and_backups():
    features = {
        "values": tf.VarLenFeature(tf.int64),
        "sizes": tf.VarLenFeature(tf.int64),
        "none": tf.VarLenFeature(tf.int64),
    }
    shaped = DECODER.Tensor("values", shape_keys="sizes")
    made = DECODER.TFExampleDecoder(
        features,
        {
            "shaped": shaped,
            "backup": DECODER.BackupHandler(DECODER.Tensor("none"), DECODER.Tensor("values")),
            "sparse": DECODER.SparseTensor("sizes", "values", shape=[9], densify=True),
        },
    )
    found = {"values": feature("int64", 7, 8), "sizes": feature("int64", 1, 2)}
    example = tf.train.Example(features=tf.train.Features(feature=found)).SerializeToString()
    with tf.Session() as session:
        a, b, c = session.run(made.decode(example))
    assert a.tolist() == [[7, 8]] and b.tolist() == [7, 8]
    assert c.tolist() == [0, 7, 8, 0, 0, 0, 0, 0, 0]


def test_refusals(records):
    with pytest.raises(ValueError, match="No data files"):
        slim.parallel_reader.get_data_files(records + "nothing")
    with pytest.raises(ValueError, match="4 keys"):
        DECODER.BoundingBox(["a"])
    with pytest.raises(ValueError, match="unknown"):
        slim.data_provider.DataProvider({"a": 1}, 1).get(["b"])
    with pytest.raises(ValueError, match="shape_keys and shape"):
        DECODER.Tensor("a", "b", [1])
    with pytest.raises(ValueError, match="tensors to make ahead"):
        slim.prefetch_queue.prefetch_queue([])

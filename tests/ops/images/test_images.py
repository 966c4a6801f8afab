"""Images against what TensorFlow 1.15.5 made of them (tests/facts/images.json)."""

import base64
import builtins

import numpy as np
import pytest
from helpers import check_gradients, fails
from oracle import facts

import minitf as tf

GIVEN, *CASES = facts("images")
RESIZED = [c for c in CASES if c["kind"] == "resize"]
CONVERTED = [c for c in CASES if c["kind"] == "convert"]
FILES = [c for c in CASES if c["kind"] in ("png", "jpeg")]


def array(kept):
    return np.array(kept["values"]).astype(kept["dtype"]).reshape(kept["shape"])


@pytest.mark.parametrize("method", range(4))
def test_resizing(method):
    for case in [c for c in RESIZED if c["method"] == method]:
        with tf.Graph().as_default() as graph, tf.Session() as session:
            given = array(GIVEN[case["of"]])
            x = tf.placeholder(given.dtype, given.shape)
            y = tf.image.resize_images(x, case["size"], method, case["align"])
            assert [op.type for op in graph.get_operations()] == case["ops"]
            assert y.shape.as_list() == case["static"]
            expected, found = array(case["y"]), session.run(y, {x: given})
            assert found.dtype == expected.dtype
            np.testing.assert_allclose(found, expected, rtol=2e-5, atol=2e-5)
            if "grad" in case:
                weights = np.arange(expected.size, dtype=np.float32).reshape(expected.shape)
                gradient = session.run(tf.gradients(y * weights, x)[0], {x: given})
                np.testing.assert_allclose(gradient, array(case["grad"]), rtol=2e-5, atol=1e-3)


@pytest.mark.parametrize("case", CONVERTED, ids=lambda c: f"{c['a']['dtype']}-{c['to']}-{c['saturate']}")
def test_converting(case):
    given = array(case["a"])
    x = tf.placeholder(given.dtype, given.shape)
    y = tf.image.convert_image_dtype(x, case["to"], case["saturate"])
    assert [op.type for op in tf.get_default_graph().get_operations()] == case["ops"]
    if case["y"] is not None:
        with tf.Session() as session:
            found = session.run(y, {x: given})
        assert found.dtype == case["to"]
        np.testing.assert_allclose(found, array(case["y"]), rtol=1e-6)


@pytest.mark.parametrize("case", FILES, ids=lambda c: f"{c['kind']}-{c['channels']}")
def test_files(case):
    decode = tf.image.decode_png if case["kind"] == "png" else tf.image.decode_jpeg
    image = decode(base64.b64decode(case["bytes"]), channels=case["channels"])
    assert image.shape.as_list() == case["static"]
    with tf.Session() as session:
        found, expected = session.run(image), array(case["y"])
    assert found.dtype == np.uint8 and found.shape == expected.shape
    gap = np.abs(found.astype(int) - expected)  # libraries round differently
    assert gap.max() <= (8 if case["kind"] == "jpeg" else 1 if case["channels"] == 1 else 0) and gap.mean() < 2


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_round_trips(channels):
    image = np.random.RandomState(0).randint(0, 256, (5, 7, channels)).astype(np.uint8)
    with tf.Session() as session:
        assert np.array_equal(session.run(tf.image.decode_png(tf.image.encode_png(image))), image)
        if channels != 4:
            smooth = (np.add.outer(np.arange(16), np.arange(24))[:, :, None] * np.ones(channels)).astype(np.uint8)
            again = session.run(tf.image.decode_jpeg(tf.image.encode_jpeg(smooth)))
            assert np.abs(again.astype(int) - smooth).max() <= 4


def test_what_cannot_be_read(monkeypatch):
    with tf.Session() as session:
        with fails(tf.errors.InvalidArgumentError, "3 bytes are no image", "starting with b'abc'"):
            session.run(tf.image.decode_jpeg(b"abc"))
        with pytest.raises(tf.errors.InvalidArgumentError, match="channels must be 0, 1, 3, got 2"):
            session.run(tf.image.decode_jpeg(b"abc", channels=2))
        real = builtins.__import__

        def without(name, *args, **kwargs):
            if name.startswith("PIL"):
                raise ImportError(name)
            return real(name, *args, **kwargs)

        monkeypatch.setattr(builtins, "__import__", without)
        with pytest.raises(ImportError, match="pip install"):
            session.run(tf.image.decode_png(b"abc"))


def test_sizes_that_a_run_brings():
    x, size = tf.placeholder(tf.float32, [None, None, 1]), tf.placeholder(tf.int32, [2])
    y = tf.image.resize_images(x, size)
    kept = tf.image.resize_images(x, size, preserve_aspect_ratio=True)
    assert y.shape.as_list() == [None, None, 1]
    with tf.Session() as session:
        found = session.run([y, kept], {x: np.ones([4, 6, 1]), size: [8, 6]})
        assert [a.shape for a in found] == [(8, 6, 1), (4, 6, 1)]
        with fails(tf.errors.InvalidArgumentError, "cannot be resized"):
            session.run(y, {x: np.ones([4, 6, 1]), size: [0, 6]})


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: tf.image.resize_images(tf.zeros([2, 2]), [1, 1]), "3 or 4 dimensions"),
        (lambda: tf.image.resize_images(tf.zeros([2, 2, 1]), [1]), "1-D Tensor of 2 elements"),
        (lambda: tf.image.resize_images(tf.zeros([2, 2, 1]), [1, 1], 7), "not implemented"),
        (lambda: tf.image.flip_left_right(tf.zeros([2])), "three-dimensional"),
        (lambda: tf.image.flip_left_right(tf.zeros([2, 2, 2, 2, 2])), "3 or 4 dimensions"),
        (lambda: tf.image.rot90(tf.zeros([2, 0, 3])), "must be > 0"),
        (lambda: tf.image.crop_to_bounding_box(tf.zeros([2, 2, 3]), 1, 0, 2, 1), "height must be >="),
        (lambda: tf.image.pad_to_bounding_box(tf.zeros([2, 2, 3]), 0, 1, 2, 2), "width must be <="),
        (lambda: tf.image.resize_image_with_crop_or_pad(tf.zeros([2, 2, 3]), 0, 1), "height must be > 0"),
        (lambda: tf.image.central_crop(tf.zeros([2, 2, 3]), 0.0), "within"),
        (lambda: tf.image.random_hue(tf.zeros([2, 2, 3]), 0.7), "<= 0.5"),
        (lambda: tf.image.random_contrast(tf.zeros([2, 2, 3]), 2.0, 1.0), "upper must be > lower"),
        (lambda: tf.image.grayscale_to_rgb(tf.zeros([2, 2, 3])), "size 1"),
        (lambda: tf.image.psnr(tf.zeros([2, 2, 3]), tf.zeros([2, 3, 3]), 1.0), "not compatible"),
        (lambda: tf.image.decode_bmp(b"", channels=-2), "channels must be non-negative"),
        (lambda: tf.image.rgb_to_hsv(tf.zeros([2, 2, 1])), "red, green, blue"),
        (lambda: tf.image.encode_jpeg(np.zeros([2, 2, 3], np.uint8), format="png"), "grayscale"),
        (lambda: tf.image.draw_bounding_boxes(tf.zeros([1, 2, 2, 2]), [[[0.0, 0, 1, 1]]]), "Channel depth"),
        (lambda: tf.image.random_jpeg_quality(tf.zeros([2, 2, 3]), 90, 20), "less than"),
        (lambda: tf.image.crop_and_resize(tf.zeros([1, 2, 2, 3]), tf.zeros([1, 4]), [0], [1, 1], "x"), "bilinear"),
        (lambda: tf.image.extract_image_patches(tf.zeros([1, 2, 2, 3]), [1, 1], [1] * 4, [1] * 4, "SAME"), "ksizes"),
    ],
)
def test_refusals(call, words):
    with fails(ValueError, words):
        call()


def test_flips():
    image = np.arange(12.0).reshape(2, 3, 2)
    with tf.Session() as session:
        assert np.array_equal(session.run(tf.image.flip_left_right(image)), image[:, ::-1])
        assert np.array_equal(session.run(tf.image.flip_up_down(image)), image[::-1])
        assert np.array_equal(session.run(tf.image.flip_left_right(image[None])), image[None, :, ::-1])


def test_gradients_of_the_nearest_place():
    given = np.random.RandomState(0).rand(1, 3, 4, 2)
    check_gradients(lambda x: tf.image.resize_nearest_neighbor(x, [5, 2]), given)


def test_pictures_through_queues():
    """As in the tutorial of CIFAR-10: each picture is distorted by a thread, a batch is drawn in another."""
    files = [tf.image.encode_png(np.full([8, 9, 3], n, np.uint8)) for n in (0, 100, 200)]
    with tf.Session() as session:
        files = session.run(files)
    picture = tf.image.decode_image(tf.train.string_input_producer(files, seed=1).dequeue())
    picture = tf.image.resize_image_with_crop_or_pad(picture, 8, 9)
    begin, size, _ = tf.image.sample_distorted_bounding_box([8, 9, 3], [[[0.1, 0.1, 0.9, 0.9]]], seed=3)
    part = tf.image.resize_images(tf.slice(tf.image.random_flip_left_right(picture), begin, size), [6, 6])
    part = tf.image.random_contrast(tf.image.random_brightness(part / 255.0, 0.1), 0.8, 1.2)
    part.set_shape([6, 6, 3])
    batch = tf.train.batch([tf.image.per_image_standardization(part)], 4, num_threads=3)
    with tf.Session() as session:
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coordinator)
        found = [session.run(batch) for _ in range(3)]
        coordinator.request_stop()
        coordinator.join(threads)
    assert all(f.shape == (4, 6, 6, 3) and np.isfinite(f).all() for f in found)


@pytest.mark.parametrize(
    "make",
    [
        lambda x: tf.image.crop_to_bounding_box(x, 1, 1, 2, 2),
        lambda x: tf.image.pad_to_bounding_box(x, 0, 0, 2, 1),
        lambda x: tf.image.draw_bounding_boxes(x[None], [[[0.0, 0, 1, 1]], [[0.0, 0, 1, 1]]]),
        lambda x: tf.image.adjust_hue(tf.concat([x, x], 2), 0.1),
        lambda x: tf.image.adjust_hue(x, [0.1]),
        lambda x: tf.image.resize_images(x, [-1, 2]),
        lambda x: tf.image.resize_bilinear(x[None], [2, 2], True, half_pixel_centers=True),
        lambda x: tf.image.resize_bilinear(x[None, :, :, :0], [2, 2]),
        lambda x: tf.image.non_max_suppression_with_scores(tf.zeros([2, 4]), [0.5, 0.5], 1, soft_nms_sigma=-1.0),
        lambda x: tf.image.encode_png(np.zeros([2, 2, 3], np.uint8), compression=10),
        lambda x: tf.image.encode_jpeg(np.zeros([2, 2, 2], np.uint8)),
        lambda x: tf.image.encode_jpeg(np.zeros([2, 2, 3], np.uint8), format="grayscale"),
        lambda x: tf.image.encode_jpeg(np.zeros([2, 2, 3], np.uint8), quality=101),
        lambda x: tf.image.decode_png(b"", channels=5),
        lambda x: tf.image.decode_jpeg(b"", ratio=3),
        lambda x: tf.image.decode_jpeg(b"", dct_method="SLOW"),
        lambda x: tf.image.non_max_suppression(x[:, :, 0], [0.5, 0.5], 1, iou_threshold=1.5),
        lambda x: tf.image.sample_distorted_bounding_box([2, 2, 1], x[:, :1, 0][None]),
    ],
)
def test_what_only_a_run_can_refuse(make):
    x = tf.placeholder(tf.float32, [None, None, 1])
    with tf.Session() as session, fails(tf.errors.InvalidArgumentError, ""):
        session.run(make(x), {x: np.ones([2, 2, 1])})


@pytest.mark.parametrize("executor", ["native", "op_by_op"])
@pytest.mark.parametrize(
    "kind, make",
    [
        ("OutOfRangeError", lambda x: tf.image.crop_and_resize(x, [[0.0, 0, 1, 1]], [2], [2, 2])),
        ("OutOfRangeError", lambda x: tf.gradients(tf.image.crop_and_resize(x, [[0.0, 0, 1, 1]], [-1], [2, 2]), x)),
        ("OutOfRangeError", lambda x: tf.image.extract_image_patches(x, [1, 0, 1, 1], [1] * 4, [1] * 4, "SAME")),
        ("UnimplementedError", lambda x: tf.image.extract_image_patches(x, [2, 1, 1, 1], [1] * 4, [1] * 4, "SAME")),
        ("UnimplementedError", lambda x: tf.nn.max_pool(x, [1, 2, 2, 1], [2, 1, 1, 1], "SAME")),
        ("FailedPreconditionError", lambda x: tf.image.rgb_to_hsv(x[:, :, :, :2])),
        ("InternalError", lambda x: tf.image.encode_png(np.zeros([0, 2, 3], np.uint8))),
    ],
)
def test_refusals_have_a_class(kind, make, executor):
    x = tf.placeholder(tf.float32, [None, None, None, None])
    with tf.Session(config=tf.ConfigProto(executor=executor)) as session, fails(getattr(tf.errors, kind), ""):
        session.run(make(x), {x: np.ones([2, 2, 2, 3])})


@pytest.mark.parametrize("ratio, size", [(1, (17, 33)), (2, (9, 17)), (4, (5, 9)), (8, (3, 5))])
def test_smaller_jpeg_images(ratio, size):
    image = (np.add.outer(np.arange(17), np.arange(33))[:, :, None] * np.ones(3)).astype(np.uint8)
    with tf.Session() as session:
        found = session.run(tf.image.decode_jpeg(tf.image.encode_jpeg(image), ratio=ratio))
    assert found.shape == (*size, 3) and abs(float(found.mean()) - float(image.mean())) < 6


def test_patches_of_nothing():
    x = tf.placeholder(tf.float32, [None, None, None, 3])
    y = tf.image.extract_image_patches(x, [1, 7, 3, 1], [1, 1, 2, 1], [1] * 4, "VALID")
    with tf.Session() as session:
        assert session.run(y, {x: np.zeros([2, 6, 5, 3])}).shape == (2, 0, 2, 63)
        assert session.run(y, {x: np.zeros([0, 8, 5, 3])}).shape == (0, 2, 2, 63)


def test_what_does_not_overlap_itself_is_chosen_again():
    """As by TensorFlow 1.15, to the end."""
    boxes = [[0.0, 0, 0, 0], [0, 0.1, 1, 1.1], [0, 0, 1, 0]]
    overlaps = [[0.36, 0.44, 0.7], [0.67, 0.67, 0.21], [0.32, 0.36, 0.57]]
    with tf.Session() as session:
        assert session.run(tf.image.non_max_suppression(boxes, [0.5, 0.75, 0.8], 4)).tolist() == [2] * 4
        found = session.run(tf.image.non_max_suppression_overlaps(overlaps, [0.65, 0.25, 0.47], 3))
    assert found.tolist() == [0, 0, 0]


def test_each_run_draws_another_box_of_the_stream():
    box = tf.image.sample_distorted_bounding_box([40, 50, 3], [[[0.1, 0.2, 0.6, 0.9]]], seed=3)[0]
    with tf.Session() as session:
        found = [session.run(box).tolist() for _ in range(3)]
    assert found == [[0, 5, 0], [7, 11, 0], [4, 4, 0]]  # as from TensorFlow 1.15


def test_hsv_of_colours_out_of_range():
    """What TensorFlow 1.15.5 gives: a saturation does not depend on channels that are not positive."""
    colours = np.float32([[2, 1, 0], [0.5, -1, 0.2], [-1, -0.5, -2], [0.5, 0.5, 0.2], [1, 1, 1]])
    expected = [
        [2.958333, 0.083333, -0.041667],
        [-4.911111, 0.022222, -0.111111],
        [0, 3, 0],
        [4.044444, 0.555556, -4],
        [5, 0, -2],
    ]
    with tf.Session() as session:
        x = tf.constant(colours)
        gradient = tf.gradients(tf.image.rgb_to_hsv(x) * [1.0, 2.0, 3.0], x)[0]
        np.testing.assert_allclose(session.run(gradient), expected, atol=1e-5)
        strange = tf.constant([[np.nan, 1, 2], [2, np.nan, 1], [3, 1, np.nan], [np.inf, 1, 0]])
        expected = [[np.nan, 0.5, 2], [np.nan, 0.5, 2], [np.nan, 2 / 3, 3], [0, np.nan, np.inf]]
        np.testing.assert_allclose(session.run(tf.image.rgb_to_hsv(strange)), expected, rtol=1e-6)


@pytest.mark.parametrize(
    "wrong",
    [
        {"area_range": [0.5, 2.0]},
        {"area_range": [0.0, 1.0]},
        {"area_range": [1.0]},
        {"aspect_ratio_range": [-1.0, 1.0]},
        {"aspect_ratio_range": [0.5, 1.0, 2.0]},
        {"max_attempts": 0},
        {"max_attempts": 2 * 10**6},
        {"min_object_covered": -0.1},
    ],
)
def test_ranges_of_boxes_by_chance_are_refused_by_the_run(wrong):
    with tf.Graph().as_default(), tf.Session() as session:
        box = tf.image.sample_distorted_bounding_box([10, 12, 3], [[[0.1, 0.2, 0.7, 0.9]]], **wrong)
        (name,) = wrong
        with fails(tf.errors.InvalidArgumentError, name.split("_")[0].capitalize()):
            session.run(box)


def test_boxes_by_chance_of_falling_ranges_and_of_more_than_there_is():
    """What TensorFlow 1.15.5 gives."""
    for given in ({"min_object_covered": 1.5, "seed": 3}, {"area_range": [0.5, 0.2], "seed": 3}):
        with tf.Graph().as_default(), tf.Session() as session:
            box = tf.image.sample_distorted_bounding_box([10, 12, 3], [[[0.1, 0.2, 0.7, 0.9]]], **given)
            begin, size, _ = session.run(box)
            assert begin.tolist() == [0, 0, 0] and size.tolist() == [10, 12, -1]


def test_infinite_pixels_stay_where_a_program_for_all_sizes_keeps_the_size():
    x, size = tf.placeholder(tf.float32, [None, None, None, 1]), tf.placeholder(tf.int32, [2])
    resized, random = tf.image.resize_bilinear(x, size), np.random.RandomState(3)
    with tf.Session() as session:
        for wanted in ([5, 9], [12, 4], [7, 8], [9, 6], None):
            image = random.rand(2, *random.randint(5, 9, 2), 1).astype(np.float32)
            image[0, 2, 3] = np.inf
            found = session.run(resized, {x: image, size: image.shape[1:3] if wanted is None else wanted})
    np.testing.assert_array_equal(found, image)

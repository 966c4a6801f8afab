import helpers
import numpy as np
import pytest
from oracle import check_case, check_gradient, op_facts

import minitf as tf
from minitf.ops.nn.embedding import embedding_lookup

TABLE = np.random.default_rng(0).normal(size=(7, 3))
IDS = np.array([[6, 0, 3], [3, 5, 1]], np.int32)


def test_one_table():
    helpers.check(lambda t: embedding_lookup(t, IDS), TABLE, reference=lambda t: t[IDS])


@pytest.mark.parametrize("dtype", [np.int32, np.int64])
@pytest.mark.parametrize("strategy", ["mod", "div"])
@pytest.mark.parametrize("count", [2, 3])
def test_parts(count, strategy, dtype):
    parts = [TABLE[i::count] for i in range(count)] if strategy == "mod" else np.array_split(TABLE, count)
    helpers.check(
        lambda *p: embedding_lookup(p, IDS.astype(dtype), strategy),
        *parts,
        openness=("known",),
        reference=lambda *p: TABLE[IDS],
        dtypes=("float64",),
    )


def test_parts_of_sizes_known_only_at_run_time():
    parts = [tf.placeholder(tf.float64, [None, 3]) for _ in range(3)]
    value = helpers.run(embedding_lookup(parts, IDS, "div"), feed_dict=dict(zip(parts, np.array_split(TABLE, 3))))
    np.testing.assert_array_equal(value, TABLE[IDS])


def test_max_norm():
    norms = np.linalg.norm(TABLE, axis=1, keepdims=True)
    clipped = TABLE * np.minimum(1, 1.5 / norms)
    assert (norms > 1.5).any() and (norms < 1.5).any()
    unknown = tf.placeholder(tf.int32)
    for params, ids in (TABLE, IDS), ([TABLE[::2], TABLE[1::2]], IDS[0]), (TABLE, unknown):
        value = helpers.run(embedding_lookup(params, ids, max_norm=1.5), feed_dict={unknown: IDS})
        np.testing.assert_allclose(value, clipped[IDS if ids is unknown else ids])


def test_refused():
    with helpers.fails(ValueError, "'mod' or 'div'", "'other'"):
        embedding_lookup(TABLE, IDS, "other")
    with helpers.fails(ValueError, "needs params"):
        embedding_lookup([], IDS)
    ids = tf.placeholder(tf.int32, [2])
    with helpers.fails(tf.errors.InvalidArgumentError, "[1] = 7", "[0, 7)"):
        helpers.run(embedding_lookup(TABLE, ids), feed_dict={ids: [0, 7]})


FACTS = ("tf.nn.embedding_lookup(",)


@pytest.mark.parametrize("case", op_facts("cases", *FACTS), ids=lambda case: case["call"])
def test_values_recorded_from_tensorflow(case):
    check_case(case)


@pytest.mark.parametrize("fact", op_facts("gradients", *FACTS), ids=lambda fact: fact["call"])
def test_gradients_recorded_from_tensorflow(fact):
    check_gradient(fact)

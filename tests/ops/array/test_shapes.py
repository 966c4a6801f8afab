import pytest
from helpers import fails
from oracle import check_case, op_facts

import minitf as tf

FACTS = ("tf.shape(", "tf.shape_n(", "tf.size(", "tf.rank(")


@pytest.mark.parametrize("case", op_facts("cases", *FACTS), ids=lambda case: case["call"])
def test_values_recorded_from_tensorflow(case):
    check_case(case)


SHAPED = {
    "broadcast_to": lambda shape: tf.broadcast_to([1.0], shape),
    "fill": lambda shape: tf.fill(shape, 1.0),
    "random_uniform": lambda shape: tf.random_uniform(shape),
    "reshape": lambda shape: tf.reshape([1.0, 2.0, 3.0], shape),
    "scatter_nd": lambda shape: tf.scatter_nd([[0]], [1.0], shape),
    "sparse_to_dense": lambda shape: tf.sparse_to_dense([0], shape, 1.0),
}


@pytest.mark.parametrize("value", [3, [[3]]])
@pytest.mark.parametrize("name", SHAPED)
def test_a_shape_is_a_vector(name, value):
    """As in TensorFlow 1.15.5, a ValueError where it is known and an InvalidArgumentError where it is fed."""
    with fails(ValueError, "shape", "vector"):
        SHAPED[name](value)
    fed = tf.placeholder(tf.int32)
    result = SHAPED[name](fed)
    for executor in ("native", "op_by_op"):
        session = tf.Session(config=tf.ConfigProto(executor=executor))
        with session, fails(tf.errors.InvalidArgumentError, "shape", "vector"):
            session.run(result, {fed: value})

import pytest
from oracle import check_case, op_facts

FACTS = ("tf.shape(", "tf.shape_n(", "tf.size(", "tf.rank(")


@pytest.mark.parametrize("case", op_facts("cases", *FACTS), ids=lambda case: case["call"])
def test_values_recorded_from_tensorflow(case):
    check_case(case)

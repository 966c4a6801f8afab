import pytest
from helpers import fails

import minitf as tf


def test_description_of_an_old_node():
    node = tf.NodeDef(name="t", op="TensorSummary")
    node.attr["description"].s = b'{"typeHint": "scalar"}'
    assert tf.summary.get_summary_description(node).type_hint == "scalar"


@pytest.mark.parametrize("proto", [True, False])
def test_other_nodes_have_none(proto):
    op = tf.summary.scalar("a", 1.0).op
    node = op.graph.as_graph_def().node[-1] if proto else op
    with fails(ValueError, "ScalarSummary", "'a'"):
        tf.summary.get_summary_description(node)

import pytest
from helpers import fails

import minitf as tf
from minitf.framework import protos


@pytest.mark.parametrize("name", protos._HOMES)
def test_messages(name):
    assert protos.message(name)().DESCRIPTOR.name == name


def test_names_that_are_no_messages():
    with fails(AttributeError, "'minitf'", "'Sumary'"):
        tf.Sumary  # noqa: B018
    assert not hasattr(tf.summary, "GraphDef") and hasattr(tf, "GraphDef")
    assert tf.summary.Summary is tf.Summary and "Summary" not in vars(tf)

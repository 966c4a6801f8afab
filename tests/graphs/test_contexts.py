"""Meta graphs say of loops and branches what TensorFlow needs to make gradients through them.

That it does is checked by tests/recorded/check_contexts.py.
"""

import minitf as tf
from minitf.framework.protos import message
from minitf.ops.control import dataflow


def scalar():
    return tf.placeholder(tf.float32, [], name="x")


def contexts(key, kind, **options):
    """The contexts in a collection of this graph's meta graph, which can be imported again."""
    meta = tf.train.export_meta_graph(**options)
    with tf.Graph().as_default() as again:
        tf.train.import_meta_graph(meta)
        assert again.get_collection(key) == []
    return [message(kind).FromString(content) for content in meta.collection_def[key].bytes_list.value]


def values(context):
    """The names of a context's tensors, and what stands there for those outside."""
    said = message("ValuesDef").FromString(context.values_def)
    pairs = [message("ExternalValue").FromString(content) for content in said.external_values]
    return set(said.values), {pair.key: pair.value for pair in pairs}


def test_a_branch_in_a_loop_as_tensorflow_says_it():
    x = scalar()
    choice = lambda a: tf.cond(a > 1.0, lambda: a * x, lambda: a)  # noqa: E731 - as scripts say it
    tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, choice(a)), [0, x])
    [loop] = contexts("while_context", "WhileContextDef")
    assert loop.context_name == "while/Loop/Loop_context" and loop.parallel_iterations == 10 and loop.back_prop
    assert (loop.pivot_name, loop.pivot_for_pred_name, loop.pivot_for_body_name) == (
        "while/LoopCond:0",
        "while/Merge:0",
        "while/Identity:0",
    )
    assert list(loop.loop_enter_names) == ["while/Enter:0", "while/Enter_1:0"]
    assert list(loop.loop_exit_names) == ["while/Exit:0", "while/Exit_1:0"]
    inner, outside = values(loop)
    assert outside == {"x:0": "while/Enter_2:0"}
    assert {"while/Merge:1", "while/Switch_1:1", "while/cond/mul:0", "while/cond/Merge:0", "x:0"} < inner
    ways = [message("ControlFlowContextDef").FromString(content) for content in loop.nested_contexts]
    ways = [message("CondContextDef").FromString(way.cond_ctxt) for way in ways]
    said = {(w.context_name, w.pred_name, w.pivot_name, w.branch) for w in ways}
    assert said == {
        ("while/cond/cond_text", "while/cond/pred_id:0", "while/cond/switch_t:0", 1),
        ("while/cond/cond_text_1", "while/cond/pred_id:0", "while/cond/switch_f:0", 0),
    }
    inner, outside = values(next(w for w in ways if w.branch))
    assert outside.keys() == {"while/Identity_1:0", "while/Enter_2:0", "while/cond/pred_id:0"}
    assert "while/cond/mul:0" in inner and "while/cond/Merge:0" not in inner


def test_a_loop_in_a_branch_belongs_to_that_branch():
    x = scalar()
    tf.cond(x > 1.0, lambda: tf.while_loop(lambda a: a < 9.0, lambda a: a * 2.0, [x]), lambda: x)
    assert contexts("while_context", "WhileContextDef") == []
    found = contexts("cond_context", "CondContextDef")
    assert sorted((w.branch, len(w.nested_contexts)) for w in found) == [(0, 0), (1, 1)]


def test_only_collections_that_are_asked_for():
    tf.cond(scalar() > 1.0, lambda: 1.0, lambda: 2.0)
    assert contexts("cond_context", "CondContextDef", collection_list=["losses"]) == []
    assert len(contexts("cond_context", "CondContextDef", collection_list=["cond_context"])) == 2


def test_what_was_made_by_hand_has_none():
    x = scalar()
    small, large = dataflow.switch(x, x > 1.0)
    dataflow.merge([small * 2.0, large])
    tf.cond(x > 1.0, lambda: 1.0, lambda: 2.0)
    assert {w.pred_name for w in contexts("cond_context", "CondContextDef")} == {"cond/pred_id:0"}


def test_enters_of_outer_loops_are_no_values_of_inner_ones():
    """TensorFlow, importing into a scope, would take them for the inner loop's."""
    x = scalar()
    inner = lambda a: tf.while_loop(lambda j, b: j < 2, lambda j, b: (j + 1, b * x), [0, a])[1]  # noqa: E731
    tf.while_loop(lambda i, a: i < 3, lambda i, a: (i + 1, inner(a)), [0, x])
    [outer] = contexts("while_context", "WhileContextDef")
    [nested] = [message("ControlFlowContextDef").FromString(content) for content in outer.nested_contexts]
    found, outside = values(message("WhileContextDef").FromString(nested.while_ctxt))
    [(key, entered)] = outside.items()
    assert key in values(outer)[0] and key not in found and entered in found

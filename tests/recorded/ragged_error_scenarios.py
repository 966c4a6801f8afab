"""Wrong uses of ragged tensors, as in session_scenarios: which class of error, while building or at a run."""

import numpy as np
from session_scenarios import scenario

NAMES = """
rt=tf.ragged.constant([[1,2,3],[],[4,5],[6]])
f=tf.ragged.constant([[1.,2.,4.],[],[5.,.5]])
deep=tf.ragged.constant([[[1],[2,3]],[],[[],[4,5,6]]])
w=tf.ragged.constant([['a','bc'],['d'],[]])
i32=tf.ragged.constant([[1],[2,3]],row_splits_dtype=tf.int32)
one=tf.placeholder_with_default(np.array([1,2],np.int32),None)
R=tf.RaggedTensor
g=tf.ragged
"""
ROWS = "[0,2]|[1,1]|[[0,2]]|2|[0.,2.]|['a']|one|[-1,3]|[2,0]|[0,99]"
# Each pattern with each of what can stand in it.
CASES = [
    ("R.from_value_rowids([1,2],{})", "[[0,1]]|[0.,1.]|['a','b']|[1,0]|[-1,0]|[0]"),
    ("R.from_value_rowids([1,2],[0,1],nrows={})", "1|-1|'a'|[2]|2.|tf.constant(1)"),
    ("R.from_row_splits([1,2],{})", ROWS),
    ("R.from_row_lengths([1,2],{})", ROWS),
    ("R.from_row_starts([1,2],{})", ROWS),
    ("R.from_row_limits([1,2],{})", ROWS),
    ("R.from_row_splits({},[0,2])", "3|None|rt|one|'a'|[]"),
    ("R.from_nested_row_splits([1,2],{})", "3|[3]|tf.constant([[0,2]])|[[0,9]]|[[0.,2.]]"),
    ("R.from_tensor({})", "3|[1,2]|rt|None"),
    (
        "R.from_tensor([[1,2],[3,0]],{})",
        "lengths=3|lengths=[1.,2.]|lengths=['a','b']|lengths=[[1,2]]|padding='a'|padding=[0]|ragged_rank=0|"
        "ragged_rank='a'|ragged_rank=2|row_splits_dtype=3|lengths=[1,2],padding=0",
    ),
    ("rt.{}", "row_lengths(9)|row_lengths('a')|bounding_shape(9)|to_tensor([1,2])|to_tensor('a')|with_values(f)"),
    ("rt.{}", "with_row_splits_dtype(tf.uint8)|with_row_splits_dtype('x')|nrows('x')|with_flat_values(tf.zeros([2]))"),
    ("rt[{}]", "9|-9|'a'|1.|[0]|one|:,1|:,'a'|0,9|0,0,0|...,...|rt|:,tf.constant(1.)"),
    ("deep[{}]", "9|0,9|:,0|:,:,0|0,0,0,0|:,:,:,:"),
    (
        "g.constant({})",
        "[1,[2]]|[[[1]],[2]]|[{}]|[[1],['a']]|[[1]],dtype='x'|[[1]],ragged_rank=2|[[1]],inner_shape=(2,)",
    ),
    ("g.range({})", "[[1]]|0,9,0|[0,1],[1,2],[1,0]|[1,2],[3,4,5]|one,[1,2,3]|3,dtype=tf.string"),
    ("g.row_splits_to_segment_ids({})", "3|[]|[[0]]|'a'|[0.,1.]|tf.constant([0,1],tf.uint8)|None"),
    ("g.segment_ids_to_row_splits({})", "3|[[0]]|'a'|[0.,1.]|[-1,2]|[0,1],2.|[0,1],'a'|[0,1],[4]|[0,1],-1|None"),
    ("g.stack_dynamic_partitions(['a','b'],{},2)", "[5,0]|[-1,0]|[0]|[0,1,1]|'a'|one|[0.,1.]|[[0,1]]|None"),
    ("g.stack_dynamic_partitions(rt,{},2)", "[0,1]|[5,0]|[0]|[]|one"),
    ("g.boolean_mask(rt,{})", "True|[True]|rt|one|'a'|[1,0,1,1]|[[True]]"),
    ("g.stack({})", "[]|[rt,deep]|[rt,w]|[rt,3]|[rt,i32]|rt,9|None|[rt,f]"),
    ("tf.concat({},1)", "[rt,deep]|[rt,w]|[rt,3]|[rt,i32]|[rt,f]"),
    ("g.map_flat_values(tf.add,{})", "rt,deep|rt,f|i32,rt"),
    ("tf.gather(rt,{})", "[9]|-9|w|one|[0.]|'a'|[0],axis=1|[0],axis=None|f"),
    ("tf.gather_nd(rt,{})", "[[9]]|[[0,9]]|[[0,-1]]|'a'|1|one"),
    ("tf.batch_gather(rt,{})", "[[0]]|[0]|f|rt|w"),
    ("tf.reduce_sum({})", "rt,9|rt,'a'|rt,[9]|rt,one|w,1|rt,1,True"),
    ("tf.unsorted_segment_sum(rt,{},3)", "[0,1]|[0.,1.,0.,1.]|f|'a'|[0,9,0,0]|[-1,0,0,0]|[[0]]"),
    ("tf.expand_dims(rt,{})", "9|-9|'a'|1."),
    ("tf.squeeze(rt,{})", "0|1|9|-9|'a'"),
    ("tf.tile(rt,{})", "3|'a'|[1.,2.]|[[1,2]]|None|one"),
    ("tf.where({})", "w,rt,rt|[True],rt,rt|rt,rt|tf.cast(rt,tf.bool),rt,3|tf.cast(rt,tf.bool),rt,f"),
    ("rt+{}", "f|w|deep|i32|'a'|[[1],[2]]|[1,2]"),
    ("tf.one_hot({})", "rt,'a'|rt,-1|rt,3,axis=9|w,3"),
]
CALLS = [pattern.format(part) for pattern, parts in CASES for part in parts.split("|")]


def outcome(tf, call):
    """When an error came and of which class; what it gives in other cases is told by ragged_scenarios."""
    found = {"tf": tf, "np": np}
    with tf.Graph().as_default(), tf.Session() as session:
        exec(NAMES, found)
        stage = "build"
        try:
            made = eval(call, found)
            stage = "run"
            session.run(made)
        except Exception as error:
            return [stage, type(error).__name__]


@scenario
def ragged_errors(tf):
    return {call: outcome(tf, call) for call in CALLS}

"""What values are without values (tf.TypeSpec and its kind) as programs of `tf`, as in session_scenarios."""

from contrib_scenarios import failing
from data_scenarios import said
from session_scenarios import scenario

NAMES = """
E=tf.data.experimental
S=tf.SparseTensorSpec
D=tf.data.Dataset
d=D.from_tensor_slices({"a":[1,2],"b":([1.,2.],["x","y"])})
sparse=tf.SparseTensor([[0,0]],[1.],[2,3])
ragged=tf.ragged.constant([[1],[2,3]])
slices=tf.IndexedSlices(tf.zeros([2,3]),tf.constant([0,4]))
"""
CALLS = [
    "[S(),S([None,3]),S([2,3],tf.int32),S([2]).shape,S([2]).dtype]",
    "[tf.IndexedSlicesSpec(),tf.IndexedSlicesSpec([2,3],tf.int32,tf.int32,tf.int64,[2])]",
    "tf.IndexedSlicesSpec(indices_shape=[2,3])",
    "[tf.RaggedTensorSpec([2,None]),tf.RaggedTensorSpec([2,None,3],tf.int32,1),tf.RaggedTensorSpec(ragged_rank=1)]",
    "tf.RaggedTensorSpec([2,None],ragged_rank=2)",
    "tf.RaggedTensorSpec(None)",
    "[tf.TensorArraySpec(),tf.TensorArraySpec([2],tf.int32,True,False)]",
    "[tf.OptionalSpec(tf.TensorSpec([2])),tf.OptionalSpec((S(),tf.TensorSpec([])))]",
    "[tf.data.DatasetSpec(tf.TensorSpec([2])),tf.data.DatasetSpec(S([2]),[3])]",
    "[c.value_type.__name__ for c in (S(),tf.TensorSpec([]),tf.TensorArraySpec(),tf.IndexedSlicesSpec())]",
    "[S([2,3]).is_compatible_with(o) for o in (S([None,3]),S([3,3]),S([2,3],tf.int32),sparse,3.,tf.TensorSpec([2,3]))]",
    "[tf.TensorSpec([2]).is_compatible_with(o) for o in (tf.zeros([2]),tf.zeros([3]),S([2]),tf.TensorSpec([None]))]",
    "[tf.IndexedSlicesSpec(indices_dtype=tf.int32).is_compatible_with(o) for o in (slices,sparse)]",
    "[tf.RaggedTensorSpec([2,None],tf.int32).is_compatible_with(o) for o in (ragged,sparse)]",
    "tf.TensorArraySpec([],tf.float32).is_compatible_with(tf.TensorArray(tf.float32,2,element_shape=[]))",
    "[tf.data.DatasetSpec(d.element_spec).is_compatible_with(o) for o in (d,d.batch(2),3)]",
    "[S([2])==S([2]),S([2])==S([3]),S([2])!=S([2]),hash(S([2]))==hash(S([2])),S([2])==tf.TensorSpec([2])]",
    "S([2,3]).most_specific_compatible_type(S([2,4]))",
    "S([2,3]).most_specific_compatible_type(S([2,4],tf.int32))",
    "S([2,3]).most_specific_compatible_type(tf.TensorSpec([2]))",
    "tf.OptionalSpec((S([2]),S([3]))).most_specific_compatible_type(tf.OptionalSpec((S([2]),S([4]))))",
    "E.TensorStructure(tf.float32,[2])",
    "E.SparseTensorStructure(tf.float32,[2])",
    "E.RaggedTensorStructure(tf.float32,[2,None],1)",
    "E.TensorArrayStructure(tf.float32,[2],True,False)",
    "[E.DatasetStructure is tf.data.DatasetSpec,E.OptionalStructure is tf.OptionalSpec,E.Structure is tf.TypeSpec]",
    "d.element_spec['b']",
    "E.get_structure(d)['a']",
    "d.make_one_shot_iterator().element_spec['b'][1]",
    "E.get_structure(d.make_one_shot_iterator())['a']",
    "E.get_structure(3)",
    "d.batch(2).window(2).element_spec['b']",
    "D.from_tensors(sparse).element_spec",
    "D.from_tensors(ragged).batch(2).element_spec",
    "D.from_tensors(ragged).element_spec",
    "E.to_variant(d).dtype",
    "E.Optional.from_value((3.,sparse)).value_structure",
    "E.Optional.none_from_structure((tf.TensorSpec([2]),S([2,3]))).value_structure",
    "tf.TypeSpec()",
]


@scenario
def specs_of_values(tf):
    found = {}
    for call in CALLS:
        with tf.Graph().as_default():
            names = {"tf": tf}
            exec(NAMES, names)
            found[call] = failing(lambda call=call, names=names: repr(eval(call, names)))
    with tf.Graph().as_default(), tf.Session() as session:
        names = {"tf": tf}
        exec(NAMES, names)
        again = names["E"].from_variant(names["E"].to_variant(names["d"]), names["d"].element_spec)
        found["again"] = said(session.run(tf.data.make_one_shot_iterator(again.map(lambda row: row["b"])).get_next()))
    return found

"""Ragged tensors as programs of `tf`, as in session_scenarios."""

import numpy as np
from data_scenarios import said
from session_scenarios import scenario

NAMES = """
K=tf.ragged.constant
rt=K([[1,2,3],[],[4,5],[6]])
f=K([[1.,2.,4.],[],[5.,.5]])
deep=K([[[1],[2,3]],[],[[],[4,5,6]]])
wide=K([[[1,2],[3,4]],[],[[5,6]]],ragged_rank=1)
w=K([['a','bc'],['d'],[]])
v=K([['a','bc'],['d']])
b=K([[True,False,True],[],[False,True],[True]])
dense=tf.constant([[1,2,0],[3,0,0],[4,5,6]])
R=tf.RaggedTensor
g=tf.ragged
S=tf.strings
"""
VALUES = """
rt|f|deep|wide|w|b|K([])|K([1,2])|K(3)|K([[],[]])|K([[[]],[]])|K([[1,2],[3]],dtype=tf.float32)
K([[1],[2,3]],row_splits_dtype=tf.int32)|K([[[1,2]],[[3,4],[5,6]]],inner_shape=(2,))
K([[[1,2]],[[3,4],[5,6]]],ragged_rank=1)|K([[1,2],[3,4]],ragged_rank=0)|K(np.array([[1,2],[3,4]]))
K([[]],ragged_rank=1,inner_shape=(3,))|K([1,[2]])|K([[1],2])|K([[1],[[]]])|K([[[],[2]],[3]])
K([[1],[2]],ragged_rank=2)|K([[1],[2]],ragged_rank=-1)|K(3,ragged_rank=1)|K(3,inner_shape=(1,))|K(rt)
K([[1,2],[3]],inner_shape=(2,))|K([[[1,2],[3]],[[4,5]]],ragged_rank=1)|K([[['a','b']]],ragged_rank=2)|K([[1,'a']])
R.from_value_rowids([1,2,3,4],[0,0,2,2])|R.from_value_rowids([1,2,3,4],[0,0,2,2],nrows=5)
R.from_value_rowids([1,2],[0,1],nrows=1)|R.from_value_rowids([1,2],[0,1],nrows=-1)|R.from_value_rowids([1,2],[1,0])
R.from_value_rowids([1,2,3],[0,1])|R.from_value_rowids([1.,2.],np.array([0,1],np.int32))
R.from_value_rowids(tf.zeros([0]),tf.zeros([0],tf.int64))|R.from_row_splits([1,2,3],[0,1,1,3])
R.from_row_splits([1,2,3],[0,1,1,4])|R.from_row_splits([1,2,3],[])|R.from_row_splits([1,2,3],[1,3])
R.from_row_splits([1,2,3],[0,2,1,3])|R.from_row_splits([1,2,3],[0,4],validate=False).row_splits
R.from_row_splits(rt,[0,1,4])|R.from_row_splits([1,2,3],[0.,3.])|R.from_row_splits(3,[0,3])
R.from_row_splits([1,2,3],[[0,3]])|R.from_row_splits([1],[0,1],validate=3)|R.from_row_lengths([1,2,3],[2,0,1])
R.from_row_lengths([1,2,3],[2,2])|R.from_row_lengths([1,2,3],[4,-1])|R.from_row_starts([1,2,3],[0,1,1])
R.from_row_starts([1,2,3],[1,2])|R.from_row_starts([1,2,3],[0,9])|R.from_row_limits([1,2,3],[1,1,3])
R.from_row_limits([1,2,3],[1,2])|R.from_nested_row_splits([1,2,3],[[0,1,3],[0,1,1,3]])
R.from_nested_row_lengths([1,2,3],[[1,2],[1,0,2]])|R.from_nested_value_rowids([1,2,3],[[0,1,1],[0,2,2]])
R.from_nested_value_rowids([1,2,3],[[0,1,1],[0,2,2]],[3,3])|R.from_nested_value_rowids([1,2,3],[[0,1,1],[0,2,2]],[3])
R.from_nested_row_splits([1],tf.constant([[0,1]]))|R.from_tensor(dense)|R.from_tensor(dense,lengths=[1,0,3])
R.from_tensor(dense,lengths=[1,9,-3])|R.from_tensor(dense,padding=0)|R.from_tensor(dense,lengths=[1],padding=0)
R.from_tensor(dense,ragged_rank=0)|R.from_tensor(dense,ragged_rank=2)|R.from_tensor([1,2])
R.from_tensor([[[1,0],[2,3]],[[0,0],[4,0]]],padding=[0,0])|R.from_tensor([[[1,0],[2,3]],[[0,0],[4,0]]],ragged_rank=2)
R.from_tensor([[[1,0],[2,3]],[[0,0],[4,0]]],padding=0,ragged_rank=2)
R.from_tensor(dense,row_splits_dtype=tf.int32).row_splits
R.from_tensor([[[1,0],[2,3]],[[0,0],[4,0]]],lengths=([2,1],[1,2,1]))|rt.to_tensor()|rt.to_tensor(-1)|deep.to_tensor()
deep.to_tensor(9)|wide.to_tensor()|wide.to_tensor([7,8])|wide.to_tensor(3)|w.to_tensor()|rt.to_tensor([1,2])
w.to_tensor('x')|rt.to_tensor('x')|K([[],[]]).to_tensor()|b.to_tensor()|R.from_row_splits([1],[0]).row_splits
rt.to_sparse()|deep.to_sparse()|wide.to_sparse()|w.to_sparse()|K([[],[]]).to_sparse()
R.from_sparse(tf.SparseTensor([[0,0],[0,1],[2,0]],[1,2,3],[4,5]))|R.from_sparse(tf.SparseTensor([[0,1]],[1],[4,5]))
R.from_sparse(dense)|R.from_sparse(tf.SparseTensor([[0,0,0]],[1],[4,5,2]))|rt.values|deep.values|deep.flat_values
deep.nested_row_splits|deep.value_rowids()|deep.nested_value_rowids()|rt.nrows()|rt.nrows(tf.int32)|rt.row_starts()
rt.row_limits()|rt.row_lengths()|deep.row_lengths(axis=2)|wide.row_lengths(axis=2)|rt.row_lengths(axis=0)
rt.row_lengths(axis=3)|deep.nested_row_lengths()|rt.bounding_shape()|deep.bounding_shape()|wide.bounding_shape()
deep.bounding_shape(axis=0)|deep.bounding_shape(axis=1)|deep.bounding_shape(axis=2)|deep.bounding_shape(axis=[0,2])
rt.with_values(tf.zeros([6,2]))|rt.with_values(tf.zeros([5]))|deep.with_flat_values(tf.range(6.))
rt.with_row_splits_dtype(tf.int32)|rt.with_row_splits_dtype(tf.float32)|rt.to_list()|R(rt.values,rt.row_splits)
bool(rt)|rt[0]|rt[1]|rt[-1]|rt[1:]|rt[:2]|rt[::2]|rt[::-1]|rt[1:3,1:]|rt[:,:2]|rt[:,-1:]|rt[:,:-1]|rt[:,0:1]|rt[:,1]
rt[2,1]|rt[0,:2]|rt[...]|rt[...,1:]|deep[0]|deep[0,1]|deep[0,1,0]|deep[:,:1]|deep[:,1:,:1]|deep[2,:,1:]|deep[...,:1]
wide[:,:,0]|wide[...,1]|wide[0,1,0]|wide[:,:1,1:]|rt[tf.newaxis]|rt[:,tf.newaxis]|rt[:,tf.newaxis,:1]|rt[5:]
rt[tf.constant(2)]|rt[tf.constant(1):]|rt[:,tf.constant(1):]|rt[:,tf.constant(-1):]|rt[0,1,2]|rt[:,::2]|rt[:,1::2]
rt[3:1]|rt+rt|rt+1|1+rt|rt*2|rt-rt|rt/2|rt//2|rt%2|rt**2|2-rt|6//(rt+1)|-rt|abs(-rt)|rt<3|rt<=rt|rt>2|rt>=3|~b|b&b|b
(~b)|b^b|f/2.|rt+[[10],[20],[30],[40]]|rt+tf.constant([[10]])|rt*np.array([[1],[2],[3],[4]])|deep+1
deep+[[[1]],[[2]],[[3]]]|wide+[1,2]|wide*[[[1,2]],[[3,4]],[[5,6]]]|deep*K([[10,20],[],[30,40]])
rt+K([[1],[2],[3],[4]])|rt+[[1,2,3]]|rt+K([[1,2,3]])|rt+[1,2]|rt+K([[1,2,3],[],[4,5]])|rt+f|rt+'a'
deep+K([[[1],[2,3]]])|tf.add(rt,rt)|tf.add(x=rt,y=3)|tf.multiply(rt,rt)|tf.maximum(rt,3)|tf.minimum(3,rt)
tf.equal(rt,rt)|tf.not_equal(rt,2)|tf.less(rt,3)|tf.pow(f,2.)|tf.squared_difference(f,1.)|tf.logical_and(b,b)
tf.bitwise.bitwise_and(rt,1)|tf.math.floormod(rt,2)|tf.truediv(rt,2)|tf.atan2(f,f)|tf.div_no_nan(f,f)|tf.abs(rt)
tf.log(f)|tf.sqrt(f)|tf.square(f)|tf.negative(x=rt)|tf.cast(rt,tf.float32)|tf.sigmoid(f)|tf.tanh(f)|tf.nn.relu(f)
tf.logical_not(b)|tf.zeros_like(rt)|tf.ones_like(rt)|tf.identity(rt)|tf.clip_by_value(rt,2,4)|tf.as_string(rt)
tf.floor(f)|tf.sign(f)|tf.is_nan(f)|tf.check_numerics(f,'m')|S.length(w)|tf.string_strip(w)|S.upper(w)
tf.substr(w,0,1)|S.to_hash_bucket_fast(w,10)|S.regex_replace(w,'b','x')|S.join([w,w])|tf.string_join([w,w],'-')
tf.add_n([rt,rt])|tf.add_n([rt,K([[1]])])|S.join([w,'x'])|tf.concat([rt,rt],0)|tf.concat([rt,rt],1)
tf.concat([deep,deep],2)|tf.concat([rt,dense],0)|tf.concat([rt,[[1],[2],[3],[4]]],1)|tf.concat([rt],0)
tf.concat([rt,deep],0)|tf.concat([rt,rt],-1)|tf.concat([rt,rt],3)|tf.concat([deep,deep],1)|tf.stack([rt,rt])
tf.stack([rt,rt],1)|tf.stack([rt,rt],2)|g.stack([[1,2],[3]])|g.stack([[1,2],[3,4]])|g.stack([[1,2],[3,4]],1)
g.stack([rt])|g.stack([])|g.stack([dense,[[7,8]]])|g.stack([rt,dense],0)|g.stack([rt,K([[1],[],[2],[3]])],1)
g.stack([tf.constant(1),tf.constant(2)])|tf.gather(rt,[2,0])|tf.gather(rt,2)|tf.gather(rt,[[0,1],[2,3]])
tf.gather(rt,K([[0],[2,1]]))|tf.gather([10,20,30,40,50,60,70],rt)|tf.gather(deep,[2,0])|tf.gather(wide,[2,0])
tf.gather(rt,[9])|tf.gather_nd(rt,[[0,1],[3,0]])|tf.gather_nd(rt,[[0],[3]])|tf.gather_nd(deep,[[0,1]])
tf.gather_nd(deep,[[0,1,0],[2,1,2]])|tf.gather_nd(rt,[[0,9]])|tf.gather_nd(rt,[0,1])
tf.batch_gather(rt,K([[0,2],[],[1],[0]]))|tf.batch_gather(rt,K([[0],[],[1],[0,0]]))|tf.batch_gather(f,[[0],[0],[1]])
tf.batch_gather(dense,K([[0],[],[1,2]]))|tf.gather(rt,[0],axis=1)|g.boolean_mask(rt,[True,False,True,True])
g.boolean_mask(rt,b)|g.boolean_mask(dense,[[True,False,True],[False]*3,[True]*3])
g.boolean_mask(dense,[True,False,True])|g.boolean_mask(deep,[True,False,True])
g.boolean_mask(deep,K([[True,False],[],[False,True]]))|g.boolean_mask(rt,True)
g.boolean_mask(rt,K([[True],[],[True],[True]]))|g.boolean_mask(rt,[[True,True,False],[True,False,False]])
g.boolean_mask(wide,K([[True,False],[],[True]]))|g.boolean_mask([1,2,3],[True,False,True])|tf.where(b)
tf.where(b,rt,-rt)|tf.where([True,False,True,False],rt,-rt)|tf.where(K([[[True],[False,True]],[]]))|tf.where(b,rt,0)
tf.where(b,rt)|tf.reduce_sum(rt)|tf.reduce_sum(rt,0)|tf.reduce_sum(rt,1)|tf.reduce_sum(rt,axis=-1)
tf.reduce_sum(rt,[0,1])|tf.reduce_sum(deep,0)|tf.reduce_sum(deep,1)|tf.reduce_sum(deep,2)|tf.reduce_sum(deep,[1,2])
tf.reduce_sum(deep,[0,2])|tf.reduce_sum(wide,2)|tf.reduce_sum(wide,1)|tf.reduce_sum(rt,2)|tf.reduce_sum(rt,[])
tf.reduce_sum(rt,1,keepdims=True)|tf.reduce_mean(f,0)|tf.reduce_mean(f)|tf.reduce_max(rt,1)|tf.reduce_min(rt,1)
tf.reduce_prod(rt,1)|tf.reduce_any(b,1)|tf.reduce_all(b,1)|tf.reduce_all(b,0)|tf.reduce_max(rt,0)
tf.reduce_mean(deep,1)|tf.reduce_sum(rt,tf.constant(1))|tf.reduce_max(f,axis=1,name='n')
tf.unsorted_segment_sum(rt,[0,1,0,1],2)|tf.unsorted_segment_max(rt,[0,0,1,3],4)|tf.unsorted_segment_mean(f,[0,0,1],2)
tf.unsorted_segment_sum(rt,K([[0,1,0],[],[1,2],[0]]),3)|tf.unsorted_segment_sqrt_n(f,[0,1,1],2)
tf.unsorted_segment_prod(rt,[0,1,0,1],2)|tf.unsorted_segment_sum([1,2],K([[0],[1]]),2)
tf.unsorted_segment_sum(deep,[0,1,0],2)|tf.expand_dims(rt,0)|tf.expand_dims(rt,1)|tf.expand_dims(rt,2)
tf.expand_dims(rt,-1)|tf.expand_dims(deep,1)|tf.expand_dims(rt,4)|tf.rank(deep)|tf.size(deep)|tf.rank(wide)
tf.size(rt,out_type=tf.int64)|tf.squeeze(tf.expand_dims(rt,0),0)|tf.squeeze(tf.expand_dims(rt,1),1)
tf.squeeze(tf.expand_dims(rt,2),[2])|tf.squeeze(rt,0)|tf.squeeze(rt)|tf.squeeze(K([[[1],[2]],[[3]]]),2)
tf.tile(rt,[1,2])|tf.tile(rt,[2,1])|tf.tile(rt,[2,3])|tf.tile(deep,[1,2,2])|tf.tile(wide,[1,1,2])
tf.tile(deep,[2,1,3])|tf.one_hot(rt,3)|tf.one_hot(rt,3,axis=0)|g.range(3)|g.range([3,5,2])|g.range([0,5,8],[3,3,12])
g.range([0,5,8],[3,3,12],2)|g.range(0,[3,2])|g.range([3.,1.5])|g.range([3,1],0,-1)|g.range(3,0,0)|g.range([1,2],[3])
g.range(tf.constant([3],tf.int64))|g.range([3,2],row_splits_dtype=tf.int32).row_splits|g.range([[1]])
g.range(5,dtype=tf.float64)|g.map_flat_values(tf.ones_like,rt)|g.map_flat_values(tf.add,rt,1)
g.map_flat_values(tf.multiply,rt,rt)|g.map_flat_values(tf.multiply,rt,K([[1]]))|g.map_flat_values(tf.add,1,2)
g.map_flat_values(tf.add,x=rt,y=rt)|g.map_flat_values(tf.multiply,rt,deep)|g.map_flat_values(tf.concat,[rt,rt],axis=0)
g.row_splits_to_segment_ids([0,3,3,5])|g.row_splits_to_segment_ids([0,3,3,5],out_type=tf.int32)
g.row_splits_to_segment_ids([])|g.row_splits_to_segment_ids(3)|g.segment_ids_to_row_splits([0,0,2,3])
g.segment_ids_to_row_splits([0,0,2,3],6)|g.segment_ids_to_row_splits([0,0,2,3],out_type=tf.int32)
g.segment_ids_to_row_splits([0.,1.])|g.stack_dynamic_partitions(['a','b','c'],[1,0,1],2)
g.stack_dynamic_partitions(rt,[2,0,2,1],4)|g.stack_dynamic_partitions(dense,[[0,1,0],[1,1,1],[2,0,0]],3)
g.stack_dynamic_partitions(['a','b'],[1,3],2)|g.stack_dynamic_partitions(rt,K([[0,1,1],[],[1,0],[2]]),3)
g.stack_dynamic_partitions('a',1,3)|tf.dynamic_partition(rt,[1,0,1,0],2)
tf.reduce_sum(g.constant_value([[1,2],[3]]),1)
tf.while_loop(lambda i,r:i<3,lambda i,r:(i+1,tf.concat([r,r],1)),[0,rt])[1]
tf.cond(tf.constant(True),lambda:rt,lambda:rt+1)|tf.convert_to_tensor(rt)|tf.matmul(rt,rt)
tf.nn.embedding_lookup(tf.constant([[1.],[2.]]),K([[0,1],[1]]))|tf.identity(rt)[0]
S.split(['a b','c',''],result_type='RaggedTensor')|S.split('a b',result_type='RaggedTensor')
S.split([['a b','c'],['d e f','']])|S.split([['a b','c'],['d e f','']],result_type='RaggedTensor')
S.split(w,'b',result_type='RaggedTensor')|S.split(['a b'],result_type='X')|S.split([['a']],result_type='X')
tf.string_split(['a b','','c'],result_type='RaggedTensor')|tf.string_split(['a'],result_type='X')|S.bytes_split('ab')
S.bytes_split(['ab','','c'])|S.bytes_split([['ab','c'],['','d']])|S.bytes_split(w)
S.unicode_decode(['a\\u00e9','','b'],'UTF-8')|S.unicode_decode([['ab','c'],['','d']],'UTF-8')
S.unicode_decode(w,'UTF-8')|S.unicode_decode_with_offsets(['a\\u00e9b','c'],'UTF-8')
S.unicode_decode_with_offsets([['ab','c'],['','d']],'UTF-8')
S.unicode_decode([b'a\\xffb',b'c'],'UTF-8',errors='ignore')|S.unicode_decode([b'a\\xff'],'UTF-8',errors='strict')
S.unicode_decode(['a'],'X')|S.unicode_decode(['a\\u0001b'],'UTF-8',replace_control_characters=True)
S.unicode_split(['a\\u00e9','','b'],'UTF-8')|S.unicode_split([['ab','c'],['','d']],'UTF-8')|S.unicode_split(w,'UTF-8')
S.unicode_split_with_offsets(['a\\u00e9b','c'],'UTF-8')|S.unicode_encode(K([[97,98],[],[233]]),'UTF-8')
S.unicode_encode(K([[[97,98],[99]],[[100]]]),'UTF-8')|S.unicode_encode([[[97,98],[99,100]]],'UTF-8')
S.unicode_encode(97,'UTF-8')|S.unicode_encode(K([[97,0x110000]]),'UTF-8',errors='ignore')
S.unicode_encode(K([[97]]),'X')|S.unicode_encode(K([[[97,98]],[[99,100]]],ragged_rank=1),'UTF-8')
S.ngrams(['a','b','c'],2)|S.ngrams(['a','b','c'],[1,2])|S.ngrams(v,2)|S.ngrams(v,2,pad_values='x')
S.ngrams(v,2,pad_values=('<','>'))|S.ngrams(v,3,pad_values='x',padding_width=1)
S.ngrams(v,3,preserve_short_sequences=True)|S.ngrams([['a','b'],['c','d']],2)
S.ngrams([['a','b'],['c','d']],[1,2],separator='-')|S.ngrams('a',2)|S.ngrams(v,0)|S.ngrams(v,2,padding_width=1)
S.ngrams(v,2,pad_values='x',padding_width=0)|S.ngrams(v,2,pad_values=3)
S.ngrams(K([[['a','b'],['c']],[['d','e','f']]]),2)|S.ngrams(v,[1,3],pad_values='x')
S.ngrams(v,4,pad_values='x',padding_width=9)|S.ngrams(v,[2,3],preserve_short_sequences=True)
S.ngrams(v,3,pad_values='x',padding_width=1,preserve_short_sequences=True)|S.reduce_join(w,1)|tf.reduce_join(w,0)
tf.strings.reduce_join(w,axis=1,separator='-')|tf.reduce_join(w,axis=[0,1])
"""
CALLS = [call for line in VALUES.strip().split("\n") for call in line.split("|")]
GRADIENTS = [
    "tf.reduce_sum(tf.square(r),1)",
    "tf.reduce_sum(tf.square(r),0)",
    "tf.square(r).to_tensor()",
    "r.to_tensor(2.)*[[1.,2.,3.],[4.,5.,6.],[7.,8.,9.]]",
    "tf.gather(r*r,[2,0,0]).values",
    "tf.concat([r,r*r],1).values",
    "tf.stack([r,r*r]).flat_values",
    "(r*r)[0]",
    "(r*r)[:,1:].values",
    "(r*[[2.],[3.],[4.]]).values",
    "(r*tf.reshape(tf.reduce_sum(r),[1,1])).values",
    "(r*r).to_sparse().values",
    "tf.reduce_mean(r,1)",
    "tf.reduce_max(r,0)",
    "tf.tile(r*r,[2,2]).values",
    "tf.ragged.boolean_mask(r*r,[True,False,True]).values",
    "tf.ragged.map_flat_values(tf.square,r).values",
]


def told(value):
    """A value of a session, ragged or not, as JSON has it."""
    if hasattr(value, "nested_row_splits"):
        return ["ragged", str(value.row_splits.dtype), said(value.to_list())]
    if isinstance(value, (list, tuple)):
        return [told(part) for part in value]
    return said(value)


def shown(value):
    """What is known of a tensor before it is run."""
    if isinstance(value, (list, tuple)):
        return [shown(part) for part in value]
    if isinstance(value, (bool, int)) or not hasattr(value, "dtype"):
        return str(value)
    return [str(value.shape if hasattr(value, "row_splits") else value.get_shape()), value.dtype.name]


def names(tf):
    found = {"tf": tf, "np": np}
    exec(NAMES, found)
    return found


def tried(tf, call):
    with tf.Graph().as_default(), tf.Session() as session:
        try:
            made = eval(call, names(tf))
            return [told(session.run(made)), shown(made)]
        except Exception as error:
            return type(error).__name__


@scenario
def ragged_values(tf):
    return {call: tried(tf, call) for call in CALLS}


@scenario
def ragged_gradients(tf):
    """Of a ragged tensor's values, to second order."""
    found = {}
    for call in GRADIENTS:
        with tf.Graph().as_default(), tf.Session() as session:
            x = tf.constant([1.0, 2.0, 4.0, 5.0, 0.5])
            r = tf.RaggedTensor.from_row_lengths(x, [3, 0, 2])
            [first] = tf.gradients(eval(call, {"tf": tf, "r": r}), x)
            first = tf.convert_to_tensor(first)
            second = tf.gradients(first, x)
            found[call] = said(session.run([first, *[tf.convert_to_tensor(g) for g in second if g is not None]]))
    return found


@scenario
def ragged_placeholders(tf):
    """Fed and fetched in structures."""
    found = []
    with tf.Graph().as_default(), tf.Session() as session:
        p, q = tf.ragged.placeholder(tf.int32, 1, []), tf.ragged.placeholder(tf.float32, 2, [2], "q")
        found.append([p.values.name, p.row_splits.name, [t.name for t in q.nested_row_splits], str(q.shape)])
        value = tf.ragged.constant_value([[1, 2], [], [3]], dtype=np.int32)
        found.append(told(session.run({"a": p, "b": (p + 1, p.row_lengths())}, {p: value})["b"]))
        deep = tf.ragged.constant_value([[[[1.0, 2.0]], []], []], inner_shape=(2,))
        found.append(told(session.run(q, {q: deep})))
        found.append([str(value), repr(value), value.shape, value.ragged_rank, str(value.dtype), deep.shape])
        found.append(str(tf.ragged.placeholder(tf.int32, 0, [3]).shape))
    return found


DATASETS = [
    "D.from_tensors(deep)",
    "D.from_tensors((rt,1))",
    "D.from_tensor_slices(deep)",
    "D.from_tensor_slices({'a':deep,'b':[1,2,3]}).map(lambda x:x['a'].row_lengths()+tf.to_int64(x['b']))",
    "D.from_tensor_slices(['a b','c','']).map(lambda s:S.split([s],result_type='RaggedTensor'))",
    "D.from_tensor_slices(['a b','c','']).map(lambda s:S.split([s],result_type='RaggedTensor')).batch(2)",
    "D.from_tensor_slices(['a b','c','','d e f']).batch(2).map(lambda s:S.split(s,result_type='RaggedTensor'))",
    "D.from_tensors(rt).repeat(3).batch(2,drop_remainder=True)",
    "D.from_tensors(rt).map(lambda r:r*2).concatenate(D.from_tensors(rt))",
    "D.from_tensors(rt).map(lambda r:r.to_tensor())",
    "D.range(3).map(lambda x:tf.ragged.range(tf.stack([x,x+1])))",
]


def gone_through(tf, call):
    with tf.Graph().as_default(), tf.Session() as session:
        dataset = eval(call, {**names(tf), "D": tf.data.Dataset})
        it = dataset.make_initializable_iterator()
        element = it.get_next()
        session.run(it.initializer)
        found = [repr(dataset.output_types), str(dataset.output_shapes), shown(element)]
        try:
            for _ in range(9):
                found.append(told(session.run(element)))
        except tf.errors.OutOfRangeError:
            return found


@scenario
def ragged_datasets(tf):
    found = {}
    for call in DATASETS:
        try:
            found[call] = gone_through(tf, call)
        except Exception as error:
            found[call] = type(error).__name__
    return found

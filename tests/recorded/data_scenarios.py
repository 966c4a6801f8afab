"""Datasets as programs of `tf`, as in session_scenarios."""

import functools

import numpy as np
from session_scenarios import scenario

ORDERS = [
    "D.range(10).shuffle(4,seed=1)",
    "D.range(10).shuffle(100)",
    "D.range(10).shuffle(100,seed=7)",
    "D.range(5).shuffle(3,seed=2).repeat(3)",
    "D.range(5).shuffle(3,seed=2,reshuffle_each_iteration=False).repeat(3)",
    "D.range(5).shuffle(30,seed=2).map(lambda x:x).repeat(3)",
    "D.range(5).repeat(3).shuffle(8,seed=2)",
    "D.range(5).shuffle(30,seed=2).shuffle(4,seed=3).repeat(2)",
    "D.range(5).shuffle(3,seed=2).repeat().take(18)",
    "D.range(2).flat_map(lambda i:D.range(5).shuffle(5,seed=3).repeat(2))",
    "D.range(7).shuffle(7,seed=11).batch(3).repeat(2)",
    "D.range(5).apply(X.shuffle_and_repeat(3,2,seed=2))",
    "D.range(5).apply(X.shuffle_and_repeat(30,2,seed=2))",
    "D.range(3).map(lambda i:(i,tf.random_uniform([]))).repeat(2)",
    "D.range(3).map(lambda i:(i,tf.random_uniform([],seed=3),tf.random_normal([]))).repeat(2)",
    "D.range(2).map(lambda i:(i,i)).map(lambda i,j:tf.random_uniform([]))",
    "(lambda c:D.range(2).map(lambda i:(i+c,R([]),R([]))))(tf.constant(4,tf.int64))",
    "X.sample_from_datasets([D.range(9),D.range(20,29)],[.3,.7],seed=3)",
    "X.sample_from_datasets([D.range(9),D.range(20,29),D.range(40,44)])",
    "X.sample_from_datasets([D.range(9),D.range(20,29)],D.from_tensors([.5,.5]).repeat(),seed=4)",
    "X.RandomDataset(4).take(3)",
    "X.RandomDataset().take(3)",
]
VALUES = [
    "D.range(3)",
    "D.range(2,5)",
    "D.range(5,0,-2)",
    "D.range(0)",
    "D.from_tensors({'a':[1,2],'b':2.})",
    "D.from_tensor_slices(([1,2],['a','b']))",
    "D.from_tensor_slices([[1,2],[3,4]])",
    "D.from_tensor_slices({'x':np.zeros((2,3),np.float32),'y':(np.arange(2),np.ones(2))})",
    "D.from_generator(lambda:([i]*i for i in range(3)),tf.int32,[None])",
    "D.from_generator(lambda a,b:iter([(a,'x'),(b,u'\\u00e9')]),(tf.int64,tf.string),([],[]),args=(1,2))",
    "D.from_generator(lambda:iter([1.5,2]),tf.int32)",
    "D.range(4).map(lambda x:{'b':'a','a':[x,1]})",
    "D.range(2).map(lambda x:[x,x])",
    "D.range(2).map(lambda x:x*2,num_parallel_calls=3)",
    "D.range(2).map(lambda x:tf.py_func(lambda v:v+1,[x],tf.int64))",
    "D.range(2).map(lambda x:tuple(tf.py_func(lambda v:(v+1,v),[x],[tf.int64,tf.int64])))",
    "D.range(3).map(lambda x:tf.while_loop(lambda i,s:i<x,lambda i,s:(i+1,s+i),[x*0,x*0])[1])",
    "D.range(3).map(lambda x:tf.cond(x>1,lambda:x*10,lambda:x))",
    "D.range(6).filter(lambda x:tf.equal(x%2,0))",
    "D.range(3).flat_map(lambda x:D.range(x))",
    "D.range(1,5).interleave(lambda x:D.from_tensors(x).repeat(x),2,2)",
    "D.range(1,6).interleave(lambda x:D.from_tensors(x).repeat(x),3,1)",
    "D.range(1,6).interleave(lambda x:D.from_tensors(x).repeat(x),2,2,num_parallel_calls=2)",
    "D.range(1,5).apply(X.parallel_interleave(lambda x:D.from_tensors(x).repeat(x),2,2))",
    "D.range(7).batch(3)",
    "D.range(7).batch(3,drop_remainder=True)",
    "L([1,3,2]).map(lambda x:tf.to_float(x)).padded_batch(2,[None],padding_values=-1.)",
    "L([1,3,2]).map(lambda x:(x,'ab')).padded_batch(2,([4],[]))",
    "L([0,1,2]).map(lambda x:(x,tf.as_string(x))).padded_batch(2,([None],[None]),(-1,'-'))",
    "D.range(5).repeat(0)",
    "D.range(2).repeat(2)",
    "D.range(0).repeat()",
    "D.range(3).take(0)",
    "D.range(3).take(2)",
    "D.range(3).take(-1)",
    "D.range(3).skip(2)",
    "D.range(3).skip(-1)",
    "D.range(7).shard(3,1)",
    "D.zip({'a':D.range(3),'b':(D.range(5),D.range(4).batch(2))})",
    "D.range(2).concatenate(D.range(5,7))",
    "D.from_tensors([1]).concatenate(D.from_tensors([1,2]))",
    "D.range(10,13).enumerate(start=5)",
    "D.range(8).window(3,1,2,True).flat_map(lambda d:d.batch(3))",
    "D.range(8).window(3).flat_map(lambda d:d.batch(3))",
    "D.range(8).window(3,2,1).flat_map(lambda d:d.batch(3))",
    "D.range(9).window(2,4,1).flat_map(lambda d:d.batch(3))",
    "D.zip((D.range(4),D.range(4))).window(2).flat_map(lambda a,b:D.zip((a.batch(2),b.batch(2))))",
    "D.range(3).cache().repeat(2)",
    "D.range(5).prefetch(2)",
    "D.range(7).batch(3).apply(X.unbatch())",
    "D.range(10).apply(X.group_by_window(lambda x:(7-x)%3,lambda k,d:d.batch(2).map(lambda v:(k,v)),3))",
    "D.range(10).apply(X.group_by_window(lambda x:x%3,lambda k,d:d.batch(10),window_size_func=lambda k:k+1))",
    "L([1,5,2,7,3,3,8,1]).apply(X.bucket_by_sequence_length(lambda x:tf.size(x),[3,5],[2,2,2]))",
    "L([1,4,2,4,3,3,1])"
    ".apply(X.bucket_by_sequence_length(lambda x:tf.size(x),[3,5],[2,2,2],pad_to_bucket_boundary=True,"
    "padding_values=-1))",
    "D.range(7).apply(X.map_and_batch(lambda x:x*2,3,drop_remainder=True))",
    "D.range(3).map(lambda x:tf.check_numerics(1./tf.cast(x,tf.float32),'m')).apply(X.ignore_errors())",
    "D.range(5).apply(X.scan(np.int64(1),lambda s,x:(s+x,s*x)))",
    "D.range(5).apply(X.take_while(lambda x:x<3))",
    "D.from_tensor_slices([1,2,1,3,2]).apply(X.unique())",
    "X.choose_from_datasets([D.range(3),D.range(10,13)],L([0,1,1,0,0,1,0]).map(lambda x:tf.size(x,out_type=tf.int64)))",
    "X.Counter(3,2).take(3)",
    "D.range(3).map(lambda x:tf.SparseTensor([[x]],[x],[4])).batch(2)",
    "D.from_tensor_slices(tf.SparseTensor([[0,0],[1,2]],[1,2],[3,4]))",
    "D.from_tensors(tf.reduce_sum(D.range(4).reduce(np.int64(0),lambda s,x:s+x)))",
    "D.range(4).apply(tf.contrib.data.batch_and_drop_remainder(3))",
    "L([0,1,2,3]).apply(tf.contrib.data.padded_batch_and_drop_remainder(3,[None]))",
]
ERRORS = [
    "D.range()",
    "D.range(0,5,0)",
    "D.range(3).batch(0)",
    "D.range(3).shuffle(0)",
    "D.range(3).shard(3,3)",
    "D.range(3).shard(0,0)",
    "D.range(3).window(0)",
    "D.range(3).interleave(lambda x:D.range(x),0)",
    "D.range(3).interleave(lambda x:x,1)",
    "D.range(3).flat_map(lambda x:x)",
    "D.range(3).map(lambda x:None)",
    "D.range(3).filter(lambda x:x)",
    "D.range(3).map(lambda x:tf.check_numerics(1./tf.cast(x,tf.float32),'m'))",
    "D.range(3).concatenate(D.from_tensors(1.))",
    "D.from_tensor_slices((np.zeros(3),np.zeros(4)))",
    "D.from_tensor_slices(np.array(3))",
    "D.zip([D.range(3)])",
    "D.from_generator(3,tf.int32)",
    "D.from_generator(lambda:iter([[1,2]]),tf.int32,[3])",
    "D.from_generator(lambda:iter(['a']),tf.int32,[])",
    "D.from_generator(lambda:iter([1//0]),tf.int32,[])",
    "D.from_generator(lambda:([1]*n for n in [1,2]),tf.int32,[None]).batch(2)",
    "D.from_generator(lambda:([1.]*n for n in [1,3]),tf.float32,[None]).padded_batch(2,[2])",
    "D.from_tensors([1,2]).padded_batch(2,[1])",
    "D.from_tensors([1,2]).padded_batch(2,[None],'a')",
    "D.from_tensors([1,2]).padded_batch(2,([None],[None]))",
    "D.range(3).map(lambda x:tf.SparseTensor([[x]],[x],[4])).padded_batch(2,[None])",
    "D.range(3).apply(lambda d:3)",
    "D.range(3).reduce(0,lambda s,x:s+tf.cast(x,tf.float32))",
    "D.range(3).apply(X.scan(0,lambda s,x:s))",
    "D.range(3).map(lambda x:tf.fill([x],x)).apply(tf.contrib.data.assert_element_shape([2]))",
    "X.choose_from_datasets([D.range(3)],D.from_tensors(1))",
    "D.from_tensors(1.).apply(X.unique())",
    "tf.data.TextLineDataset('/nowhere/at/all')",
    "tf.data.TFRecordDataset('/nowhere/at/all')",
    "tf.data.TextLineDataset('/nowhere/at/all','ZIP')",
    "tf.data.FixedLengthRecordDataset('/nowhere/at/all',0)",
]
ONE_SHOT = [
    "D.range(3)",
    "D.range(5).shuffle(3,seed=2).repeat(3)",
    "D.from_tensors(tf.placeholder(tf.int32,[]))",
    "(lambda p:D.range(3).map(lambda x:x+p))(tf.placeholder(tf.int64,[]))",
    "(lambda p:D.range(3).map(lambda x:x+p))(tf.Variable(np.int64(3)))",
    "(lambda c:D.range(3).map(lambda x:x+c))(tf.constant(2,tf.int64))",
]


def lists(tf, lengths):
    """Vectors of such lengths, each of its number."""
    rows = [[i] * n for i, n in enumerate(lengths)]
    return tf.data.Dataset.from_generator(lambda: iter(rows), tf.int32, [None])


def said(value):
    """Values as JSON has them: bytes as text, dicts by their keys."""
    if isinstance(value, dict):
        return {key: said(part) for key, part in sorted(value.items())}
    if isinstance(value, (list, tuple)):
        return [said(part) for part in value]
    if isinstance(value, (bytes, np.bytes_)):
        return value.decode("utf-8")
    if isinstance(value, np.ndarray):
        return said(value.tolist())
    return value.item() if isinstance(value, np.generic) else value


def elements(tf, session, tensor):
    found = []
    try:
        for _ in range(40):
            found.append(said(session.run(tensor)))
    except tf.errors.OutOfRangeError:
        return found
    return [*found, "more"]


def made(tf, call, iterator, **given):
    """What TensorFlow says of a dataset, what it holds, twice, and its ops."""
    with tf.Graph().as_default() as graph, tf.Session() as session:
        tf.set_random_seed(5)
        names = {"tf": tf, "np": np, "D": tf.data.Dataset, "X": tf.data.experimental, "R": tf.random_uniform}
        names.update(L=functools.partial(lists, tf), **given)
        dataset = eval(call, names)
        it = iterator(dataset)
        tensor = it.get_next()
        ops = [[op.name, op.type, [str(t.shape) for t in op.outputs]] for op in graph.get_operations()]
        found = []
        for _ in range(2):
            if it._initializer is not None:
                session.run(it.initializer)
            found.append(elements(tf, session, tensor))
        return [repr(dataset.output_types), str(dataset.output_shapes), *found, ops]


def tried(tf, call, iterator, **given):
    try:
        return made(tf, call, iterator, **given)
    except Exception as error:
        return type(error).__name__


@scenario
def dataset_orders(tf):
    return {call: tried(tf, call, lambda d: d.make_initializable_iterator()) for call in ORDERS}


@scenario
def dataset_values(tf):
    return {call: tried(tf, call, lambda d: d.make_initializable_iterator()) for call in VALUES}


@scenario
def dataset_errors(tf):
    return {call: tried(tf, call, lambda d: d.make_initializable_iterator()) for call in ERRORS}


@scenario
def dataset_one_shot(tf):
    return {call: tried(tf, call, lambda d: d.make_one_shot_iterator()) for call in ONE_SHOT}


@scenario
def dataset_restarted(tf):
    def restarted(dataset):
        it = tf.data.Iterator.from_structure(dataset.output_types, dataset.output_shapes)
        it._initializer = it.make_initializer(dataset)
        return it

    return {call: tried(tf, call, restarted) for call in ORDERS[3:10]}


@scenario
def dataset_handles(tf):
    """Several iterators behind one handle."""
    with tf.Graph().as_default() as graph, tf.Session() as session:
        D = tf.data.Dataset  # noqa: N806 - as scripts call it
        handle = tf.placeholder(tf.string, [])
        it = tf.data.Iterator.from_string_handle(handle, tf.int64, [])
        x = it.get_next(name="x")
        first, second = D.range(3).make_one_shot_iterator(), D.range(10, 12).make_initializable_iterator()
        other = D.from_tensors("a").make_one_shot_iterator()
        keys = session.run([i.string_handle() for i in (first, second, other)])
        session.run(second.initializer)
        found = [said(session.run(x, {handle: keys[i]})) for i in (0, 1, 0, 1, 0)]
        for key in keys + [b"nothing"]:
            try:
                session.run(x, {handle: key})
            except Exception as error:
                found.append(type(error).__name__)
        return [found, [[op.name, op.type] for op in graph.get_operations()]]

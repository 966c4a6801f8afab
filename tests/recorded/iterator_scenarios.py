"""Iterators in checkpoints as programs of `tf`, as in session_scenarios: what they go on with."""

import os
import tempfile
from types import SimpleNamespace

import numpy as np
from data_scenarios import elements, said
from session_scenarios import scenario

SAVED = [
    "D.range(10)",
    "D.range(10).map(lambda x:x*2)",
    "D.range(10).map(lambda x:x*2,num_parallel_calls=2)",
    "D.from_tensor_slices({'a':np.arange(9.),'b':['q']*9})",
    "D.from_tensors(3).repeat(9)",
    "D.range(20).shuffle(5,seed=3)",
    "D.range(20).shuffle(5,seed=3).repeat(2)",
    "D.range(7).shuffle(5,seed=3,reshuffle_each_iteration=False).repeat(4)",
    "D.range(20).shuffle(5,seed=3).batch(3).repeat(2)",
    "D.range(20).shuffle(20)",
    "D.range(9).shuffle(4,seed=1).shuffle(3,seed=2).repeat(2)",
    "D.range(7).apply(X.shuffle_and_repeat(4,3,seed=5))",
    "D.range(3).repeat().take(20)",
    "D.range(20).batch(3)",
    "D.range(20).map(lambda x:tf.fill([x%4],x)).padded_batch(3,[None])",
    "D.range(6).interleave(lambda x:D.range(x*10,x*10+5),cycle_length=3,block_length=2)",
    "D.range(6).interleave(lambda x:D.range(x*10,x*10+5),cycle_length=3,block_length=2,num_parallel_calls=2)",
    "D.range(6).apply(X.parallel_interleave(lambda x:D.range(x*10,x*10+5),cycle_length=3,block_length=2))",
    "D.range(6).flat_map(lambda x:D.range(x))",
    "D.range(4).flat_map(lambda x:D.range(3).flat_map(lambda y:D.from_tensors(x+y).repeat(2)))",
    "D.range(20).filter(lambda x:tf.equal(x%3,1))",
    "D.zip((D.range(10),D.range(10,20).repeat()))",
    "D.range(3).concatenate(D.range(10,20))",
    "D.range(20).take(9)",
    "D.range(20).skip(3)",
    "D.range(40).shard(3,1)",
    "D.range(20).prefetch(3)",
    "D.range(20).shuffle(5,seed=3).prefetch(3)",
    "D.range(20).map(lambda x:x*2,num_parallel_calls=2).prefetch(1).batch(2).prefetch(2)",
    "D.range(4).cache().repeat(4)",
    "D.range(9).cache().repeat(2)",
    "D.range(20).apply(X.group_by_window(lambda x:x%3,lambda k,d:d.batch(3),3))",
    "D.range(20).apply(X.group_by_reducer(lambda x:x%7,X.Reducer(lambda k:np.int64(0),lambda s,x:s+x,lambda s:s)))",
    "D.range(20).map(lambda x:tf.fill([x%4+1],x)).apply(X.bucket_by_sequence_length(lambda x:tf.shape(x)[0],[2,3],"
    "[2,2,2]))",
    "D.range(20).batch(4).apply(X.unbatch())",
    "D.range(20).apply(X.scan(np.int64(0),lambda s,x:(s+x,s+x)))",
    "D.range(20).apply(X.take_while(lambda x:x<9))",
    "D.range(20).map(lambda x:x%9).apply(X.unique())",
    "D.range(20).apply(X.map_and_batch(lambda x:x*2,3))",
    "D.range(20).apply(X.enumerate_dataset())",
    "D.range(20).map(lambda x:tf.SparseTensor([[0]],[x],[5])).batch(2).map(tf.sparse.to_dense)",
    "X.RandomDataset(seed=4).take(20)",
    "X.sample_from_datasets([D.range(10),D.range(10,20)],seed=1)",
    "X.choose_from_datasets([D.range(10),D.range(10,20)],D.range(2).repeat())",
    "tf.data.TextLineDataset(['a.txt','b.txt'])",
    "tf.data.TextLineDataset(['a.txt','b.txt']).shuffle(3,seed=1).batch(2)",
    "tf.data.FixedLengthRecordDataset(['a.txt'],1)",
    "X.make_csv_dataset('a.txt',2,column_names=['x'],header=False,shuffle_seed=1,num_epochs=2)",
    "D.from_generator(lambda:iter(range(9)),tf.int64)",
    "D.range(9).map(lambda x:tf.random_uniform([],seed=3))",
    "D.range(9).map(lambda x:tf.py_func(abs,[x],tf.int64))",
    "D.range(9).map(lambda x:tf.cond(x<2,lambda:x+tf.random_shuffle([x])[0],lambda:x))",
    "D.range(9).map(lambda x:tf.Print(x,[]))",
]


def taken_up(tf, call, iterator):
    """What an iterator goes on with, and what one goes on with that is restored where it was."""
    with tf.Graph().as_default():
        tf.set_random_seed(1)
        names = {"tf": tf, "np": np, "D": tf.data.Dataset, "X": tf.data.experimental}
        it = iterator(eval(call, names))
        x = it.get_next()
        saver = tf.train.Saver([tf.data.experimental.make_saveable_from_iterator(it)])
        with tf.Session() as session:
            begin(session, it)
            for _ in range(3):
                session.run(x)
            path = saver.save(session, "./saved", write_meta_graph=False)
            rest = elements(tf, session, x)
        with tf.Session() as session:
            begin(session, it)
            saver.restore(session, path)
            return [rest, elements(tf, session, x)]


def begin(session, it):
    if it._initializer is not None:
        session.run(it.initializer)


def in_folder(function):
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            for name in "ab":
                with open(f"{name}.txt", "w") as file:
                    file.write("\n".join(f"{name}{i}" for i in range(6)))
            return function()
        finally:
            os.chdir(before)


def tried(tf, call, iterator):
    try:
        return taken_up(tf, call, iterator)
    except Exception as error:
        return [type(error).__name__, str(error).split(" is stateful")[0]]


@scenario
def iterators_saved(tf):
    return in_folder(lambda: {call: tried(tf, call, lambda d: d.make_initializable_iterator()) for call in SAVED})


@scenario
def iterators_saved_of_one_shot(tf):
    return in_folder(lambda: {call: tried(tf, call, lambda d: d.make_one_shot_iterator()) for call in SAVED})


@scenario
def iterators_saved_as_ops(tf):
    found = []
    with tf.Graph().as_default() as graph:
        it = tf.data.Dataset.range(5).make_initializable_iterator()
        x = it.get_next()
        saveable = tf.data.experimental.make_saveable_from_iterator(it)
        tf.add_to_collection(tf.GraphKeys.SAVEABLE_OBJECTS, saveable)
        tf.get_variable("v", initializer=2)
        saver = tf.train.Saver()
        found.append([saveable.name, [t.name for t in graph.get_collection("iterators")]])
        ops = graph.get_operations()
        found.append([[op.name, op.type, [t.name for t in op.inputs]] for op in ops if "erializeIt" in op.type])
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            for work in (lambda: saver.save(session, "./saved"), lambda: saver.restore(session, "./saved")):
                found.append(failing(work))
                session.run(it.initializer)
                in_folder(lambda: saver.save(session, "./saved"))
            found.append(said(session.run(x)))

    return found


def failing(work):
    try:
        return str(in_folder(work))
    except Exception as error:
        return type(error).__name__


@scenario
def iterators_saved_by_hook(tf):
    config = SimpleNamespace(num_worker_replicas=1, save_checkpoints_secs=None, save_checkpoints_steps=2)
    found = []

    def trained():
        estimator = SimpleNamespace(model_dir="m", _config=config)
        for stop in (3, 7):
            with tf.Graph().as_default():
                it = tf.data.Dataset.range(10).shuffle(5, seed=2).repeat().make_initializable_iterator()
                x, step = it.get_next(), tf.train.get_or_create_global_step()
                train = tf.assign_add(step, 1)
                hook = tf.data.experimental.CheckpointInputPipelineHook(estimator)
                scaffold = tf.train.Scaffold(local_init_op=it.initializer)
                with tf.train.MonitoredTrainingSession(
                    checkpoint_dir="m",
                    save_checkpoint_steps=2,
                    hooks=[hook, tf.train.StopAtStepHook(last_step=stop)],
                    scaffold=scaffold,
                    summary_dir=None,
                ) as session:
                    while not session.should_stop():
                        found.append(said(session.run([x, train])))
            found.append(sorted(name for name in os.listdir("m") if "input" in name))

    in_folder(trained)
    return found

"""More of datasets as programs of `tf`, as in session_scenarios: what is in files, groups, chance, values that may
not be there.
"""

import os
import sqlite3
import tempfile

import numpy as np
from data_scenarios import said, tried
from session_scenarios import scenario

CALLS = [
    "D.range(10).apply(X.group_by_reducer(lambda x:x%3,X.Reducer(lambda k:k*100,lambda s,x:s+x,lambda s:s)))",
    "D.range(7).apply(X.group_by_reducer(lambda x:-x%2,X.Reducer(lambda k:(k,0.),lambda s,x:(s[0],s[1]+1.),"
    "lambda a,b:{'k':a,'n':b})))",
    "D.range(5).apply(X.group_by_reducer(lambda x:x%2,X.Reducer(lambda k:tf.constant([0]),"
    "lambda s,x:tf.concat([s,[1]],0),lambda s:s)))",
    "D.range(5).apply(X.group_by_reducer(lambda x:tf.to_float(x),X.Reducer(lambda k:k,lambda s,x:s,lambda s:s)))",
    "D.range(5).apply(X.group_by_reducer(lambda x:x,X.Reducer(lambda k:k,lambda s,x:1.,lambda s:s)))",
    "D.range(0).apply(X.group_by_reducer(lambda x:x,X.Reducer(lambda k:k,lambda s,x:s,lambda s:s)))",
    "D.range(40).apply(X.rejection_resample(lambda x:tf.cast(x%2,tf.int32),[.4,.6],[.5,.5],seed=3))",
    "D.range(90).apply(X.rejection_resample(lambda x:tf.cast(x%3>0,tf.int32),[.4,.6],seed=4)).take(20)",
    "L([1,3,2]).apply(X.dense_to_sparse_batch(2,[4]))",
    "L([1,3,2]).apply(X.dense_to_sparse_batch(2,[None]))",
    "L([1,3,2]).apply(X.dense_to_sparse_batch(2,[2]))",
    "D.range(5).apply(X.dense_to_sparse_batch(2,[]))",
    "D.range(5).apply(X.dense_to_sparse_batch(2,[3]))",
    "D.zip((D.range(5),D.range(5))).apply(X.dense_to_sparse_batch(2,[]))",
]
PLACES = [
    "twice(S(),lambda s,t:s.concatenate(t))",
    "twice(S(),lambda s,t:D.zip((s,t))).repeat(2)",
    "twice(S(),lambda s,t:s.take(3).concatenate(t.skip(3)))",
    "twice(S(),lambda s,t:s.concatenate(t.repeat(2)))",
    "twice(S().cache(),lambda s,t:D.zip((s,t)))",
    "twice(S(4),lambda s,t:X.choose_from_datasets([s,t],D.range(2).repeat(4))).repeat(2)",
    "twice(S(),lambda s,t:D.range(2).flat_map(lambda i:s)).repeat(2)",
    "twice(R(),lambda s,t:s.concatenate(t)).repeat(2)",
    "twice(R(),lambda s,t:D.range(3).flat_map(lambda i:s))",
    "D.range(2).flat_map(lambda i:S()).repeat(2)",
    "D.range(2).flat_map(lambda i:S().repeat(2))",
    "D.range(4).interleave(lambda i:S(4),2,2).repeat(2)",
    "D.range(4).interleave(lambda i:S(4),2,1,num_parallel_calls=2).repeat(2)",
    "S().window(3).flat_map(lambda w:w.shuffle(3,seed=2)).repeat(2)",
    "D.range(12).apply(X.group_by_window(lambda x:x%2,lambda k,w:w.shuffle(3,seed=2).batch(3),3)).repeat(2)",
    "S().repeat(1)",
    "S().repeat(1).repeat(2)",
    "S().take(-1).repeat(2)",
    "S().skip(0).prefetch(0).repeat(2)",
    "S().take(8).repeat(2)",
]
COUNTS = [
    "D.range(7)",
    "D.range(7).batch(3)",
    "D.range(7).batch(3,drop_remainder=True)",
    "D.range(7).repeat()",
    "D.range(7).repeat(2)",
    "D.range(0).repeat()",
    "D.range(7).repeat().batch(2)",
    "D.range(7).map(lambda x:x)",
    "D.range(7).map(lambda x:x,2)",
    "D.range(7).filter(lambda x:x>1)",
    "D.range(7).flat_map(lambda x:D.range(2))",
    "D.range(7).interleave(lambda x:D.range(2),2)",
    "D.range(7).apply(X.scan(np.int64(0),lambda s,x:(s,x)))",
    "D.range(7).apply(X.take_while(lambda x:x<3))",
    "D.range(7).window(3)",
    "D.range(7).window(3,drop_remainder=True)",
    "D.range(7).window(3,2)",
    "D.range(7).shard(3,0)",
    "D.range(7).shard(3,2)",
    "D.range(7).take(3)",
    "D.range(7).take(-1)",
    "D.range(7).repeat().take(3)",
    "D.range(7).filter(lambda x:x>1).take(3)",
    "D.range(7).skip(3)",
    "D.range(7).skip(9)",
    "D.range(7).skip(-1)",
    "D.range(7).repeat().skip(3)",
    "D.range(7).cache()",
    "D.range(7).prefetch(1)",
    "D.range(7).shuffle(3)",
    "D.range(7).apply(X.shuffle_and_repeat(3,2))",
    "D.range(7).apply(X.shuffle_and_repeat(3))",
    "D.range(7).batch(3).apply(X.unbatch())",
    "D.range(7).apply(X.unique())",
    "D.range(7).apply(X.ignore_errors())",
    "D.range(7).enumerate()",
    "D.zip((D.range(3),D.range(5).repeat()))",
    "D.zip((D.range(3),D.range(5).filter(lambda x:x>1)))",
    "D.zip((D.range(3).repeat(),D.range(5).repeat()))",
    "D.range(3).concatenate(D.range(4))",
    "D.range(3).concatenate(D.range(4).repeat())",
    "D.range(3).concatenate(D.range(4).filter(lambda x:x>1))",
    "D.from_tensors(1)",
    "D.from_tensor_slices([1,2])",
    "D.from_generator(lambda:iter([1]),tf.int32)",
    "X.RandomDataset()",
    "X.Counter()",
    "X.sample_from_datasets([D.range(3),D.range(2)])",
    "D.range(7).padded_batch(2,[])",
    "D.range(7).apply(X.map_and_batch(lambda x:x,3))",
    "D.range(7).apply(X.group_by_window(lambda x:x,lambda k,d:d,2))",
    "tf.data.TextLineDataset('/x')",
]
FILES = {
    "a.csv": "x,y,z\n1,2.5,a\n-3,,b\n4,1e3,\n",
    "b.csv": 'x,y,z\n7,1,"q,""r"\n8,0.5,\'s\'\n',
    "c.csv": '1,two\n2,"a\nb"\n',
    "d.csv": "1,2\n3\n4,x\n",
    "e.csv": "",
}
TABLES = [
    "X.CsvDataset('a.csv',[tf.int32,[0.],['none']],header=True)",
    "X.CsvDataset(['a.csv','b.csv'],[tf.int64,[7.],tf.constant(['none'])],header=True)",
    "X.CsvDataset('a.csv',[tf.float32],header=True,select_cols=[0])",
    "X.CsvDataset('a.csv',[[''],[9.]],header=True,select_cols=[2,1])",
    "X.CsvDataset('a.csv',[[9.],['']],header=True,select_cols=[1,2])",
    "X.CsvDataset('a.csv',[tf.int32,tf.float32,tf.string],header=True)",
    "X.CsvDataset('a.csv',[tf.int32,[0.],['none']])",
    "X.CsvDataset('c.csv',[tf.int32,tf.string])",
    "X.CsvDataset('d.csv',[tf.int32,tf.int32])",
    "X.CsvDataset('d.csv',[tf.int32,[5]]).apply(X.ignore_errors())",
    "X.CsvDataset('a.csv',[tf.string,tf.string,['']],header=True,use_quote_delim=False,na_value='b')",
    "X.CsvDataset('c.csv',[tf.int32],field_delim=';')",
    "X.CsvDataset('nowhere.csv',[tf.int32])",
    "X.CsvDataset('a.csv',[tf.bool])",
    "X.make_csv_dataset('a.csv',2,num_epochs=1,shuffle=False)",
    "X.make_csv_dataset('[ab].csv',2,label_name='z',num_epochs=1,shuffle=False)",
    "X.make_csv_dataset(['a.csv','b.csv'],2,shuffle_seed=3,num_epochs=2,select_columns=['x','z'])",
    "X.make_csv_dataset('a.csv',2,column_defaults=[tf.int64,[1.],['']],num_epochs=1,shuffle_seed=1)",
    "X.make_csv_dataset('c.csv',1,column_names=['p','q'],header=False,num_epochs=1,shuffle=False)",
    "X.make_csv_dataset('c.csv',1,header=False)",
    "X.make_csv_dataset('nowhere.csv',1)",
    "X.make_csv_dataset('a.csv',1,label_name='w')",
    "X.make_csv_dataset('a.csv',1,select_columns=['w'])",
    "X.make_csv_dataset('e.csv',1)",
    "X.make_csv_dataset('a.csv',2,shuffle=False)",
    "X.SqlDataset('sqlite','t.db','select a,b,c from t order by a',(tf.int32,tf.string,tf.float64))",
    "X.SqlDataset('sqlite','t.db','select a from t',(tf.int64,))",
    "X.SqlDataset('sqlite','t.db','select a from nothing',(tf.int64,))",
    "X.SqlDataset('sqlite','t.db','select a from t',(tf.int64,tf.int64))",
    "X.SqlDataset('mysql','t.db','select a from t',(tf.int64,))",
    "X.make_batched_features_dataset('r.tfr',2,{'x':tf.FixedLenFeature([],tf.int64)},num_epochs=1,shuffle=False)",
    "X.make_batched_features_dataset('r.tfr',2,{'x':tf.FixedLenFeature([],tf.int64),'y':tf.FixedLenFeature([],"
    "tf.string,'d')},label_key='y',num_epochs=2,shuffle_seed=5)",
    "X.make_batched_features_dataset('r.tfr',2,{'x':tf.FixedLenFeature([],tf.int64)},label_key='z')",
]


def iterated(dataset):
    return dataset.make_initializable_iterator()


def plain(found):
    """What is in datasets, whatever the ops are called that make it."""
    return found[:4] if isinstance(found, list) else found


@scenario
def more_datasets(tf):
    return {call: plain(tried(tf, call, iterated)) for call in CALLS}


@scenario
def more_datasets_in_several_places(tf):
    """One dataset at two places of a pipeline, or made again and again: what is random in it."""
    names = {
        "S": lambda n=8: tf.data.Dataset.range(n).shuffle(2, seed=3),
        "R": lambda: tf.data.Dataset.range(3).map(lambda x: tf.random_uniform([], maxval=100, dtype=tf.int32, seed=2)),
        "twice": lambda dataset, join: join(dataset, dataset),
    }
    return {call: plain(tried(tf, call, iterated, **names)) for call in PLACES}


@scenario
def more_datasets_of_variables(tf):
    """Functions that read variables, which are assigned between elements."""
    found = []
    for resource in (True, False):
        for read in (lambda v: v, lambda v: v.read_value(), lambda v: v * 1):
            with tf.Graph().as_default(), tf.Session() as session:
                v = tf.Variable([5, 6], dtype=tf.int64, use_resource=resource)
                it = tf.data.Dataset.range(4).map(lambda x: x + read(v)).make_initializable_iterator()  # noqa: B023
                element = it.get_next()
                session.run(v.initializer)
                session.run(it.initializer)
                values = [session.run(element).tolist()]
                for change in (v.assign([100, 200]), v.assign_add([1, 1])):
                    session.run(change)
                    values.append(session.run(element).tolist())
                found.append(values)
    return found


@scenario
def more_datasets_with_errors(tf):
    """What is lost where one element of a batch fails."""
    calls = [
        "D.range(9).map(f).batch(2)",
        "D.range(10).map(f,2).batch(4)",
        "D.range(9).map(f).prefetch(1).batch(2)",
        "D.range(9).map(f).batch(2,drop_remainder=True)",
        "D.range(9).apply(X.map_and_batch(f,2))",
        "D.range(9).map(f).batch(2).apply(X.ignore_errors())",
    ]
    found = []
    for call in calls:
        with tf.Graph().as_default(), tf.Session() as session:
            names = {"D": tf.data.Dataset, "X": tf.data.experimental}
            names["f"] = lambda x: tf.check_numerics(60.0 / tf.cast(x - 2, tf.float32), "it is 2")
            element = eval(call, names).make_one_shot_iterator().get_next()
            values = []
            for _ in range(7):
                try:
                    values.append(session.run(element).tolist())
                except tf.errors.OpError as error:
                    values.append(type(error).__name__)
            found.append(values)
    return found


@scenario
def more_datasets_counted(tf):
    found = {}
    for call in COUNTS:
        with tf.Graph().as_default(), tf.Session() as session:
            names = {"tf": tf, "np": np, "D": tf.data.Dataset, "X": tf.data.experimental}
            found[call] = said(session.run(tf.data.experimental.cardinality(eval(call, names))))
    return found


@scenario
def more_datasets_of_tables(tf):
    before, found = os.getcwd(), {}
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            write_files(tf)
            for call in TABLES:
                found[call] = plain(tried(tf, call, iterated))
        finally:
            os.chdir(before)
    return found


def write_files(tf):
    for name, content in FILES.items():
        with open(name, "w") as file:
            file.write(content)
    with sqlite3.connect("t.db") as base:
        base.execute("create table t (a integer, b text, c real)")
        base.execute("insert into t values (1, 'one', 1.5), (2, null, null)")
    with tf.python_io.TFRecordWriter("r.tfr") as writer:
        for i in range(3):
            feature = tf.train.Feature(int64_list=tf.train.Int64List(value=[i]))
            writer.write(tf.train.Example(features=tf.train.Features(feature={"x": feature})).SerializeToString())


@scenario
def more_datasets_optional(tf):
    found, X = [], tf.data.experimental  # noqa: N806 - as scripts call it
    with tf.Graph().as_default() as graph, tf.Session() as session:
        it = tf.data.Dataset.range(2).map(lambda x: {"a": x, "b": (x, tf.as_string(x))}).make_initializable_iterator()
        optional = X.get_next_as_optional(it)
        there, value = optional.has_value(), optional.get_value()
        session.run(it.initializer)
        found += [said(session.run([there, value])) for _ in range(2)]
        found.append(said(session.run(there)))
        made = X.Optional.from_value((1, "x"))
        none = X.Optional.none_from_structure(made.value_structure)
        found.append(said(session.run([made.has_value(), none.has_value(), made.get_value()])))
        found.append([str(t.shape) for t in none.get_value()])
        try:
            session.run(none.get_value())
        except Exception as error:
            found.append(type(error).__name__)
        found.append([op.type for op in graph.get_operations() if "ptional" in op.type])
    return found


@scenario
def more_datasets_cached_in_files(tf):
    found = []
    with tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, "c")
        with tf.Graph().as_default(), tf.Session() as session:
            it = tf.data.Dataset.range(3).map(lambda x: (x, tf.as_string(x))).cache(name).make_initializable_iterator()
            x = it.get_next()
            session.run(it.initializer)
            found.append(said(session.run(x)))
            found.append(sorted(n.partition(".tempstate")[0] for n in os.listdir(folder)))
            session.run(it.initializer)
            for _ in range(3):
                found.append(said(session.run(x)))
            try:
                session.run(x)
            except tf.errors.OutOfRangeError:
                found.append(sorted(os.listdir(folder)))
        reader = tf.train.load_checkpoint(name)
        found.append({key: said(reader.get_tensor(key)) for key in sorted(reader.get_variable_to_shape_map())})
        with tf.Graph().as_default(), tf.Session() as session:
            it = tf.data.Dataset.range(9).map(lambda x: (x, tf.as_string(x))).cache(name).repeat(2)
            it = it.make_initializable_iterator()
            x = it.get_next()
            session.run(it.initializer)
            found.append([said(session.run(x)) for _ in range(6)])
    return found


@scenario
def more_datasets_written(tf):
    with tempfile.TemporaryDirectory() as folder, tf.Graph().as_default(), tf.Session() as session:
        name = os.path.join(folder, "r")
        write = tf.data.experimental.TFRecordWriter(name).write(tf.data.Dataset.range(3).map(tf.as_string))
        session.run(write)
        found = [record.decode() for record in tf.python_io.tf_record_iterator(name)]
        for wrong in (tf.data.Dataset.range(3), 3):
            try:
                tf.data.experimental.TFRecordWriter(name).write(wrong)
            except Exception as error:
                found.append(type(error).__name__)
        return found


@scenario
def more_datasets_refused_or_not(tf):
    calls = [
        "D.range(3).apply(X.unbatch())",
        "D.from_tensors((np.arange(3), 2)).apply(X.unbatch())",
        "D.from_tensors((np.arange(3), np.arange(4))).apply(X.unbatch())",
        "D.range(3).map(lambda x: tf.py_func(lambda y: y, [x], tf.int64)).apply(X.unbatch())",
        "D.range(3).window(2).apply(X.unbatch())",
        "D.range(3).apply(X.dense_to_sparse_batch(1, [4])).concatenate(D.range(8))",
        *[f"D.range(5).apply(X.shuffle_and_repeat(5, {n}, seed=1)).take(7)" for n in (-2, -1, 0, 2)],
        *[f"D.range(5).shuffle(3, seed=1).repeat({n}).take(6)" for n in (-2, None, 0, 2)],
        "D.range(5).repeat(0).shuffle(3, seed=1)",
        "D.range(5).shuffle(3, seed=1).prefetch(1).repeat(0)",
        "D.range(5).shuffle(3, seed=1, reshuffle_each_iteration=False).repeat(0)",
        "D.from_tensor_slices([[1, 2], [1, 3], [1, 2], [4, 4], [2, 1]]).apply(X.unique())",
        "D.from_tensors(np.arange(6).reshape(2, 3) % 2).repeat(2).apply(X.unique())",
        "D.from_tensor_slices([['a', 'b'], ['a', 'c'], ['a', 'b']]).apply(X.unique())",
        "D.from_tensor_slices(np.zeros([3, 0], np.int64)).apply(X.unique())",
        "D.range(9).map(lambda x: tf.fill([1 + x % 2], x % 3)).apply(X.unique())",
    ]
    return {call: tried(tf, call, lambda d: d.make_initializable_iterator()) for call in calls}

"""Lookup tables as programs of `tf`, as in session_scenarios."""

import functools
import os
import tempfile

import numpy as np
from data_scenarios import said
from session_scenarios import scenario

FOLDER = tempfile.gettempdir()
WORDS = os.path.join(FOLDER, "minitf_words.txt")
PAIRS = os.path.join(FOLDER, "minitf_pairs.txt")

KV = "L.KeyValueTensorInitializer(['a','b'],I([1,2]))"
CALLS = [
    f"L.HashTable({KV},-1).lookup(S(['b','x']))",
    f"L.HashTable({KV},-1,name='t').lookup(S([['b','x']]),name='n')",
    f"L.HashTable({KV},-1).size()",
    f"L.HashTable({KV},-1).lookup(tf.SparseTensor([[0,1]],['a'],[2,2]))",
    "L.HashTable(L.KeyValueTensorInitializer([1,2],['x','y'],tf.int64,tf.string),'?').lookup(K([2,5]))",
    "L.HashTable(L.KeyValueTensorInitializer([1,2],[.5,1.5],tf.int64,tf.float32),0.).lookup(K([2,5]))",
    f"tf.lookup.StaticHashTable({KV},-1).lookup(S(['b','x']))",
    f"tf.lookup.StaticVocabularyTable({KV},3).lookup(S(['b','x','y','zz']))",
    f"L.IdTableWithHashBuckets(L.HashTable({KV},-1),3).size()",
    "L.IdTableWithHashBuckets(None,3).lookup(S(['b','x']))",
    "L.HashTable(L.TextFileInitializer(W,tf.string,-2,tf.int64,-1),-1).lookup(S(['b','x']))",
    "L.HashTable(L.TextFileInitializer(P,tf.string,0,tf.int64,1,delimiter=' '),-1).lookup(S(['b','x']))",
    "L.HashTable(L.TextFileInitializer(P,tf.string,0,tf.float32,1,delimiter=' '),-1).lookup(S(['b','x']))",
    "L.HashTable(L.TextFileInitializer(P,tf.int64,-1,tf.string,0,delimiter=' '),'?').lookup(K([1,9]))",
    "L.index_table_from_file(W).lookup(S(['b','x']))",
    "L.index_table_from_file(W,num_oov_buckets=3).lookup(S(['b','x','zz']))",
    "L.index_table_from_file(W,num_oov_buckets=3).size()",
    "L.index_table_from_file(W,default_value=7,vocab_size=2).lookup(S(['b','c']))",
    "L.index_table_from_tensor(['a','b'],num_oov_buckets=2).lookup(S(['b','x','zz']))",
    "L.index_table_from_tensor(['a','b']).lookup(S(['b','x','zz']))",
    "L.index_table_from_tensor([5,6],num_oov_buckets=2,dtype=tf.int32).lookup(tf.constant([6,7,70]))",
    "L.index_table_from_tensor(I([5,6]),dtype=tf.int64).lookup(K([6,7]))",
    "L.index_table_from_tensor(['a'],num_oov_buckets=5,hasher_spec=L.StrongHashSpec([1,2])).lookup(S(['b','c']))",
    "L.index_to_string_table_from_tensor(['a','b'],default_value='U').lookup(K([0,1,9]))",
    "L.index_to_string_table_from_file(W).lookup(K([0,1,9]))",
    "L.string_to_index(S(['b','x']),['a','b'])",
    "L.index_to_string(K([1,5]),['a','b'])",
    "L.MutableHashTable(tf.string,tf.int64,-1).lookup(S(['a']))",
    "after(L.MutableHashTable(tf.string,tf.int64,-1),S(['a','b']),I([5,6]),S(['b','z']))",
    "after(L.MutableHashTable(tf.int64,tf.float32,[0.,0.]),I([3]),[[1.,2.]],I([[3,9]]))",
    "after(L.MutableHashTable(tf.int64,tf.string,'?'),I([3]),['x'],I([3,9]))",
    "after(L.MutableDenseHashTable(tf.int64,tf.int64,-1,0,deleted_key=-2),I([3,4]),I([30,40]),I([3,9]))",
    "after(L.MutableDenseHashTable(tf.int64,tf.int64,-1,0,deleted_key=-2),I([0,4]),I([30,40]),I([3,9]))",
    "L.MutableDenseHashTable(tf.int64,tf.int64,-1,0,deleted_key=-2).lookup(K([-2]))",
    f"L.HashTable({KV},'x')",
    f"L.HashTable({KV},-1).lookup(K([1]))",
    "L.HashTable(L.KeyValueTensorInitializer(['a','a'],I([1,2])),-1).size()",
    "L.HashTable(L.KeyValueTensorInitializer(['a','b','c'],I([1,2])),-1).size()",
    "L.index_table_from_file('/nowhere').size()",
    "L.index_table_from_file('')",
    "L.index_table_from_file(W,num_oov_buckets=-1)",
    "L.index_table_from_file(W,vocab_size=9).size()",
    "L.index_table_from_file(W,vocab_size=0)",
    "L.index_table_from_tensor(None)",
    "L.index_table_from_tensor([1.],dtype=tf.float32)",
    "L.IdTableWithHashBuckets(None,0)",
    "L.IdTableWithHashBuckets(None,3,hasher_spec=3)",
    "L.StrongHashSpec([1])",
    "L.HashTable(L.TextFileInitializer(P,tf.string,0,tf.int64,2,delimiter=' '),-1).size()",
    "L.HashTable(L.TextFileInitializer(P,tf.int64,0,tf.int64,1,delimiter=' '),-1).size()",
    "L.TextFileInitializer(W,tf.string,-2,tf.int32,-1)",
    "tf.string_to_hash_bucket_fast(['a','hello',''],10)",
    "tf.string_to_hash_bucket_strong(['a','hello',''],10,[1,2])",
    "tf.string_to_hash_bucket(['a','hello',''],10)",
    "tf.string_to_hash_bucket_fast(['a'],0)",
]


def after(tf, table, keys, values, wanted):
    with tf.control_dependencies([table.insert(keys, values)]):
        return [table.lookup(wanted), table.size()]


@scenario
def tables(tf):
    for path, text in ((WORDS, "a\nb\nc\n"), (PAIRS, "a 1\nb 2\n")):
        with open(path, "w") as file:
            file.write(text)
    found = {}
    for call in CALLS:
        with tf.Graph().as_default() as graph, tf.Session() as session:
            names = {"tf": tf, "np": np, "L": tf.contrib.lookup, "W": WORDS, "P": PAIRS, "I": np.int64}
            names["K"] = functools.partial(tf.constant, dtype=tf.int64)
            names.update(S=tf.constant, after=lambda *args, tf=tf: after(tf, *args))
            try:
                result = eval(call, names)
                session.run(tf.tables_initializer())
                session.run(tf.tables_initializer())
                value = said(session.run(result))
                ops = [[op.name, op.type.replace("V2", "")] for op in graph.get_operations()]
                found[call] = [value, [str(t.shape) for t in graph.get_operations()[-1].outputs], ops]
            except Exception as error:
                found[call] = type(error).__name__
    return found

"""Parts of strings, templates and encodings as programs of `tf`, as in session_scenarios."""

import numpy as np
from data_scenarios import said
from session_scenarios import scenario

CALLS = [
    "tf.string_split(['a b','c',''])",
    "tf.string_split(['a,,b','c'],',')",
    "tf.string_split(['a,,b',',','c'],',',skip_empty=False)",
    "tf.string_split(['a,b;c'],',;')",
    "tf.string_split(['abc',''],'')",
    "tf.string_split([' a  b ',' a\\tb '])",
    "tf.string_split(source=['a b'],result_type='SparseTensor',sep=' ')",
    "tf.string_split('a')",
    "tf.string_split([['a']])",
    "tf.string_split(['a','b'],delimiter=['x','y'])",
    "tf.string_split(['a'],result_type='X')",
    "tf.string_split(np.zeros([0],str))",
    "tf.strings.split(['a b','c',''])",
    "tf.strings.split(['a,,b','c','',',d,'],',')",
    "tf.strings.split(['a,,b','c'],sep=',',maxsplit=1)",
    "tf.strings.split([' a  b ',' a\\t b c \\n'])",
    "tf.strings.split([' a\\t b c '],maxsplit=1)",
    "tf.strings.split(['a<>b<>c'],'<>')",
    "tf.strings.split(source=['a b'])",
    "tf.strings.format('x {} y {}',(tf.constant([1,2]),tf.constant('a')))",
    "tf.strings.format('x {}',tf.constant([[1.5,2.25],[3,4]]))",
    "tf.strings.format('{}',tf.ones([2,2,2]))",
    "tf.strings.format('{}',tf.range(20))",
    "tf.strings.format('{}',tf.constant([1/3,2/3,1e-9,1e10,123456.789,16777216,float('nan'),float('inf')]),summarize=9)",
    "tf.strings.format('{}',tf.constant([1/3,1e10,.1+.2,1e300],tf.float64),summarize=9)",
    "tf.strings.format('{}',tf.constant([1/3,.5],tf.float16))",
    "tf.decode_base64('Y+==')",
    "tf.strings.format('{}',tf.range(20),summarize=2)",
    "tf.strings.format('{}',tf.range(20),summarize=-1)",
    "tf.strings.format('{}',tf.constant(['a','b']))",
    "tf.strings.format('%s',tf.constant(1),placeholder='%s')",
    "tf.strings.format('{} {}',tf.constant(1))",
    "tf.strings.format('{}{}{}',(1.1,1e10,1e-7))",
    "tf.strings.format('{}',tf.constant([True,False]))",
    "tf.strings.format('no',())",
    "tf.strings.to_number(['1.5','2'])",
    "tf.strings.to_number(['1','2'],tf.int32)",
    "tf.strings.to_number(['x'])",
    "tf.strings.unicode_transcode([b'a\\xc3\\xa9'],'UTF-8','UTF-8')",
    "tf.strings.length(tf.strings.unicode_transcode([b'a\\xc3\\xa9',b'\\xff'],'UTF-8','UTF-16-BE'))",
    "tf.strings.length(tf.strings.unicode_transcode([b'a\\xc3\\xa9'],'UTF-8','UTF-32-BE'))",
    "tf.strings.unicode_transcode([b'a\\xffb'],'UTF-8','UTF-8')",
    "tf.strings.unicode_transcode([b'a\\xffb'],'UTF-8','UTF-8',errors='ignore')",
    "tf.strings.unicode_transcode([b'a\\xffb'],'UTF-8','UTF-8',errors='strict')",
    "tf.strings.unicode_transcode([b'a\\xffb'],'UTF-8','UTF-8',replacement_char=63)",
    "tf.strings.unicode_transcode([b'a\\x01b'],'UTF-8','UTF-8',replace_control_characters=True)",
    "tf.strings.unicode_transcode([b'\\xe9'],'ISO-8859-1','UTF-8')",
    "tf.strings.unicode_transcode([b'a'],'X','UTF-8')",
    "tf.strings.unicode_transcode([b'a'],'UTF-8','X')",
    "tf.strings.unicode_decode(b'a\\xc3\\xa9','UTF-8')",
    "tf.strings.unicode_decode(b'','UTF-8')",
    "tf.strings.unicode_decode(b'a\\xff','UTF-8',errors='ignore')",
    "tf.strings.unicode_decode_with_offsets(b'a\\xc3\\xa9b','UTF-8')",
    "tf.strings.unicode_encode([97,233],'UTF-8')",
    "tf.strings.unicode_encode([[97,233],[98,99]],'UTF-8')",
    "tf.strings.unicode_encode([97,0x110000],'UTF-8')",
    "tf.strings.unicode_encode([97,0x110000],'UTF-8',errors='strict')",
    "tf.strings.unicode_encode([97],'X')",
    "tf.strings.unicode_split(b'a\\xc3\\xa9','UTF-8')",
    "tf.strings.unicode_split_with_offsets(b'a\\xc3\\xa9','UTF-8')",
    "tf.strings.bytes_split('ab')",
]
WITH_OPS = 34  # of the first ones shapes and ops are compared too: TensorFlow makes the others with ragged tensors


@scenario
def string_parts(tf):
    found = {}
    for i, call in enumerate(CALLS):
        with tf.Graph().as_default() as graph, tf.Session() as session:
            try:
                made = eval(call, {"tf": tf, "np": np})
                ops = [[op.name, op.type] for op in graph.get_operations()]
                parts = made if isinstance(made, tuple) else [made]
                shapes = [str(part.get_shape()) for part in parts]
                found[call] = [said(session.run(made)), *([shapes, ops] if i < WITH_OPS else [])]
            except Exception as error:
                found[call] = type(error).__name__
    return found

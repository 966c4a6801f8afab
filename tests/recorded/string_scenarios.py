"""Strings as programs of `tf`, as in session_scenarios."""

import numpy as np
from session_scenarios import scenario

CALLS = [
    "tf.as_string([1,-2])",
    "tf.as_string([1.5,2e10])",
    "tf.as_string([True,False])",
    "tf.as_string(3.14159,precision=2)",
    "tf.as_string(3.14159,scientific=True)",
    "tf.as_string([3.14159,1e-9],shortest=True)",
    "tf.as_string(3,width=5)",
    "tf.as_string(3,width=5,fill='0')",
    "tf.as_string(3.5,width=8,fill='-')",
    "tf.as_string(3,precision=2)",
    "tf.as_string(1+2j)",
    "tf.as_string(3,fill='x')",
    "tf.as_string(1.,scientific=True,shortest=True)",
    "tf.as_string(['a'])",
    "tf.as_string(np.float64(1)/3,precision=12)",
    "tf.as_string(np.int64(2)**40)",
    "tf.as_string(np.uint8(200))",
    "tf.as_string(np.float16(1.5))",
    "tf.strings.length(['abc','','é'])",
    "tf.strings.length(['é'],unit='UTF8_CHAR')",
    "tf.strings.length(['é'],unit='X')",
    "tf.strings.lower(['AbÉ'])",
    "tf.strings.lower(['AbÉ'],encoding='utf-8')",
    "tf.strings.upper(['aé'])",
    "tf.strings.upper(['aéß'],'utf-8')",
    "tf.strings.strip([' a b\\n','\\t'])",
    "tf.strings.substr(['hello','world'],1,3)",
    "tf.strings.substr(['hello','world'],[1,2],[3,2])",
    "tf.strings.substr(['hello'],-3,2)",
    "tf.strings.substr(['hello'],6,2)",
    "tf.strings.substr(['hello'],5,2)",
    "tf.strings.substr(['hello'],1,100)",
    "tf.strings.substr(['héllo'],1,2,unit='UTF8_CHAR')",
    "tf.strings.substr('hello',[0,1],[2,2])",
    "tf.strings.substr(['hello'],-9,2)",
    "tf.strings.substr(['a','b'],[0],[1])",
    "tf.regex_replace(['aab','b'],'a','x')",
    "tf.regex_replace(['aab'],'a','x',False)",
    "tf.regex_replace(['ab12'],r'([a-z]+)([0-9]+)',r'\\2-\\1')",
    "tf.regex_replace(['ab'],r'b',r'[\\0]')",
    "tf.regex_replace(['a'],'(','x')",
    "tf.regex_replace(['ab'],tf.constant('a'),tf.constant('z'))",
    "tf.strings.regex_full_match(['aa','ab'],'a*')",
    "tf.strings.regex_full_match(['aa','ab'],tf.constant('a*'))",
    "tf.reduce_join([['a','b'],['c','d']])",
    "tf.reduce_join([['a','b'],['c','d']],0)",
    "tf.reduce_join([['a','b'],['c','d']],1,separator='-')",
    "tf.reduce_join([['a','b'],['c','d']],[0,1])",
    "tf.reduce_join([['a','b'],['c','d']],[1,0])",
    "tf.reduce_join([['a','b'],['c','d']],1,keep_dims=True)",
    "tf.reduce_join([['a','b']],axis=-1)",
    "tf.reduce_join([['a','b']],2)",
    "tf.reduce_join('a')",
    "tf.encode_base64(['hello?>','a'])",
    "tf.encode_base64(['a'],pad=True)",
    "tf.decode_base64(['aGVsbG8_Pg','YQ=='])",
    "tf.decode_base64(['*'])",
    "tf.decode_base64(['aGVsbG8'])",
    "tf.strings.join(['a',['b','c']],'-')",
]


def said(value):
    """Values as JSON has them: bytes as text."""
    if isinstance(value, list):
        return [said(part) for part in value]
    return value.decode("utf-8") if isinstance(value, bytes) else value


@scenario
def strings(tf):
    found = []
    for call in CALLS:
        with tf.Graph().as_default() as graph, tf.Session() as session:
            try:
                tensor = eval(call, {"tf": tf, "np": np})
                value = said(np.asarray(session.run(tensor)).tolist())
                ops = [[op.name, op.type] for op in graph.get_operations()]
                found.append([value, tensor.dtype.name, str(tensor.shape), ops])
            except Exception as error:
                found.append(type(error).__name__)
    return found

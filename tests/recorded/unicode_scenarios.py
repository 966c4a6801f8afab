"""Text in encodings, right and wrong, and scripts of characters, as programs of `tf`, as in session_scenarios."""

import zlib

import numpy as np
from contrib_scenarios import failing
from session_scenarios import scenario

TEXTS = [
    b"",
    b"a\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
    b"a\x01\xffb\n",
    b"\xf0\x9f\x98\xe2\x82a",
    b"\xed\xa0\x80\xc0\x80\xf4\x90\x80\x80",
    b"\xd8\x3d\xde\x00\x00a\xdc\x00",
    b"=\xd8\x00\xdea\x00\x00\xd8",
    b"\x00\x01\xf6\x00\x00\x11\x00\x00\x00a",
    b"\x00\xf6\x01\x00a\x00",
    b"\x81\x90\xa4\xfe\x1f",
    b"\xfe\xff\x00a\x00b",
    b"\xef\xbb\xbfa",
]
ENCODINGS = "UTF-8 UTF-16-BE UTF-16-LE UTF-16 UTF-32-BE UTF-32-LE ISO-8859-1 US-ASCII windows-1252 KOI8-R latin1 x"
HOWS = [("replace", 65533, False), ("replace", 63, True), ("ignore", 65533, True), ("ignore", 63, False)]
NUMBERS = [[97, -1, 98], [0x10FFFF, 0x110000], [0xD800, 97], [0xDFFF, 0xFFFF], [0xFFFE, 0xFDD0], [0, 31], [0x1F600]]


def shown(value):
    if isinstance(value, bytes):
        return value.hex()
    return [shown(part) for part in value] if isinstance(value, list) else value


def ran(tf, make):
    with tf.Graph().as_default(), tf.Session() as session:
        return [shown(np.asarray(part).tolist()) for part in session.run(make())]


@scenario
def unicode_decoded(tf):
    found = {}
    for encoding in ENCODINGS.split():
        for how in HOWS:

            def make(encoding=encoding, how=how):
                text = tf.strings.unicode_transcode(TEXTS, encoding, "UTF-8", *how)
                numbers, places = tf.strings.unicode_decode_with_offsets(TEXTS, encoding, *how)
                return [text, numbers.values, numbers.row_splits, places.values]

            found[f"{encoding} {how}"] = failing(ran, tf, make)
        for controls in (False, True):
            for i, text in enumerate(TEXTS):
                args = encoding, "UTF-16-BE", "strict", 63, controls
                strict = lambda text=text, args=args: [tf.strings.unicode_transcode(text, *args)]  # noqa: E731
                found[f"{encoding} strict {controls} {i}"] = failing(ran, tf, strict)
    return found


@scenario
def unicode_encoded(tf):
    found = {}
    for encoding in ("UTF-8", "UTF-16-BE", "UTF-32-BE"):
        for how in (("replace", 65533), ("replace", 0x1F600), ("ignore", 63), ("strict", 63)):
            for numbers in NUMBERS:
                make = lambda of=numbers, to=encoding, how=how: [tf.strings.unicode_encode(of, to, *how)]  # noqa: E731
                found[f"{encoding} {how} {numbers}"] = failing(ran, tf, make)
    return found


@scenario
def unicode_scripts(tf):
    characters = np.arange(-3, 0x110003, dtype=np.int32)
    with tf.Graph().as_default(), tf.Session() as session:
        scripts = tf.strings.unicode_script(characters)
        found = session.run(scripts)
        some = session.run(tf.strings.unicode_script([[97, 0x3B1], [0x4E00, 0x0410]])).tolist()
        unknown = tf.strings.unicode_script(tf.placeholder(tf.int32), name="n")
        shapes = [str(scripts.shape), str(unknown.shape), unknown.op.type, unknown.op.name]
        wrong = failing(tf.strings.unicode_script, tf.constant("a"))
        return [zlib.crc32(found.tobytes()), len(np.unique(found)), some, shapes, wrong]

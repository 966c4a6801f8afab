"""Makes calls, in minitf or in TensorFlow, and says what came of each: a process of its own.

Lines of JSON come in: first what to import, the values by name and seconds per call, then one call each. For
each call one line goes out. It runs on Python 3.7, too, which TensorFlow 1.15 is for.
"""

import json
import os
import resource
import signal
import sys
import warnings

import numpy as np

MEMORY = 8 << 30  # bytes of address space
_PATIENCE = 10  # times as long may a call take that does nothing


class Values(dict):
    """Values by name, made when a call first names them."""

    def __init__(self, sources, namespace):
        super().__init__()
        self.sources, self.namespace = sources, namespace

    def __missing__(self, name):
        if name not in self.sources:
            raise KeyError(name)
        self[name] = eval(self.sources[name], self.namespace, self)
        return self[name]


def outcome(tf, call, sources):
    """What comes of a call in a graph of its own."""
    namespace = {"tf": tf, "np": np}
    with tf.Graph().as_default():
        values = Values(sources, namespace)
        code = compile(call["call"], "<call>", "eval")
        for name in code.co_names:
            if name in sources:
                values[name]  # a value that cannot be made is no fault of the call
        try:
            eval(code, namespace, values)
        except Exception as error:  # noqa: BLE001 - all that can come out is what is asked
            return described(error)
    return {"accepted": True}


def described(error):
    """An exception as class, the classes it is derived from, and text."""
    bases = [base.__name__ for base in type(error).__mro__]
    return {"error": type(error).__name__, "text": str(error), "bases": bases}


def imported(name):
    """The module under test, silent."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    warnings.simplefilter("ignore")
    tf = __import__(name)
    if name == "tensorflow":
        import tensorflow.compat.v1 as tf

        if hasattr(__import__(name), "contrib"):
            tf = __import__(name)  # 1.15
        tf.logging.set_verbosity(tf.logging.ERROR)
    return tf


def main():
    """Answers line by line; a call that takes too long ends the process."""
    head = json.loads(sys.stdin.readline())
    out, sys.stdout = sys.stdout, sys.stderr  # what calls print is not for the campaign
    tf = imported(head["module"])
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for line in sys.stdin:
        signal.setitimer(signal.ITIMER_PROF, head["seconds"])  # of work: the machine may be busy with other things
        signal.alarm(_PATIENCE * head["seconds"])
        try:
            answer = outcome(tf, json.loads(line), head["values"])
        except Exception as error:  # noqa: BLE001 - a name this TensorFlow does not have
            answer = {"unknown": repr(error)}
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.alarm(0)
        out.write(json.dumps(answer) + "\n")
        out.flush()


if __name__ == "__main__":
    main()

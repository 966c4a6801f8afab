"""What programs of the core API are made of (see core_programs.py)."""

import warnings

import numpy as np

PROGRAMS = {}


def program(function):
    PROGRAMS[function.__name__] = function
    return function


def programs(make, **cases):
    """One program for each case: `make` with its value."""
    for name, case in cases.items():
        PROGRAMS[f"{make.__name__}_{name}"] = lambda tf, case=case: make(tf, case)


def said(value):
    """A value as JSON has it."""
    if isinstance(value, bytes):
        return value.decode("latin1")
    if isinstance(value, dict):
        return {str(k): said(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [said(v) for v in value]
    if isinstance(value, (np.ndarray, np.generic)):
        return said(value.tolist())
    if isinstance(value, complex):
        return [said(value.real), said(value.imag)]
    return float(f"{value:.4g}") if isinstance(value, float) else value


def ops(tf, start=0):
    """The graph's ops: names, types, inputs and control inputs."""
    found = []
    for op in tf.get_default_graph().get_operations()[start:]:
        inputs = [t.name for t in op.inputs] + [f"^{c.name}" for c in op.control_inputs]
        found.append(f"{op.name} {op.type}({','.join(inputs)})")
    return found


def names(tf):
    return [op.name for op in tf.get_default_graph().get_operations()]


def shape(tensor):
    return None if tensor.shape.ndims is None else tensor.shape.as_list()


def values(tf, *fetches, init=True):
    """What fetches give, each in a run of its own; variables in parts are read whole."""
    fetches = [f.as_tensor() if hasattr(f, "as_tensor") else f for f in fetches]
    with tf.Session() as sess:
        if init:
            sess.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        return [sess.run(f) for f in fetches]


def raised(function, *args, **kwargs):
    """The class of what a function raises, or what it returns."""
    try:
        found = function(*args, **kwargs)
    except Exception as error:
        return f"raises {type(error).__name__}"
    plain = isinstance(found, (int, float, str, type(None)))
    if isinstance(found, list):
        plain = all(isinstance(part, (int, float, str)) for part in found)
    return found if plain else f"is {type(found).__name__}"


def run(tf, name):
    """What a program gives, in a graph of its own."""
    with tf.Graph().as_default(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        tf.set_random_seed(7)
        return said(PROGRAMS[name](tf))

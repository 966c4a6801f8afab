"""Optimizer kernels against NumPy in float64, compiled and as plain Python."""

import numpy as np
import pytest

from minitf.kernels.compile.abi import FLOATS
from minitf.kernels.math import optimizers


def momentum(w, s, h, g, nesterov):
    s[0] = s[0] * h["momentum"] + g
    return w - (g * h["lr"] + s[0] * h["momentum"] * h["lr"] if nesterov else s[0] * h["lr"])


def adagrad(w, s, h, g):
    s[0] = s[0] + g**2
    return w - h["lr"] * g / np.sqrt(s[0])


def adadelta(w, s, h, g):
    s[0] = s[0] * h["rho"] + g**2 * (1 - h["rho"])
    step = np.sqrt(s[1] + h["epsilon"]) / np.sqrt(s[0] + h["epsilon"]) * g
    s[1] = s[1] * h["rho"] + step**2 * (1 - h["rho"])
    return w - h["lr"] * step


def adam(w, s, h, g, nesterov):
    s[0] = h["beta1"] * s[0] + (1 - h["beta1"]) * g
    s[1] = h["beta2"] * s[1] + (1 - h["beta2"]) * g**2
    rate = h["lr"] * np.sqrt(1 - h["beta2_power"]) / (1 - h["beta1_power"])
    step = (1 - h["beta1"]) * g + h["beta1"] * s[0] if nesterov else s[0]
    return w - rate * step / (np.sqrt(s[1]) + h["epsilon"])


def rms_prop(w, s, h, g):
    s[0] = h["rho"] * s[0] + (1 - h["rho"]) * g**2
    s[1] = h["momentum"] * s[1] + h["lr"] * g / np.sqrt(s[0] + h["epsilon"])
    return w - s[1]


def centered_rms_prop(w, s, h, g):
    s[0] = h["rho"] * s[0] + (1 - h["rho"]) * g
    s[1] = h["rho"] * s[1] + (1 - h["rho"]) * g**2
    s[2] = h["momentum"] * s[2] + h["lr"] * g / np.sqrt(s[1] - s[0] ** 2 + h["epsilon"])
    return w - s[2]


def ftrl(w, s, h, g):
    new, power = s[0] + g**2, -h["lr_power"]
    s[1] = s[1] + g + 2 * h["l2_shrinkage"] * w - (new**power - s[0] ** power) / h["lr"] * w
    s[0] = new
    size = np.maximum(np.abs(s[1]) - h["l1"], 0)
    return -np.sign(s[1]) * size / (new**power / h["lr"] + 2 * h["l2"])


def proximal_gradient_descent(w, s, h, g, rate=None):
    rate = h["lr"] if rate is None else rate
    moved = w - rate * g
    return np.sign(moved) * np.maximum(np.abs(moved) - rate * h["l1"], 0) / (1 + rate * h["l2"])


def proximal_adagrad(w, s, h, g):
    s[0] = s[0] + g**2
    return proximal_gradient_descent(w, s, h, g, h["lr"] / np.sqrt(s[0]))


def adagrad_da(w, s, h, g):
    s[0], s[1] = s[0] + g, s[1] + g**2
    size = np.maximum(np.abs(s[0]) - h["l1"] * h["step"], 0)
    return -h["lr"] * np.sign(s[0]) * size / (h["l2"] * h["step"] * h["lr"] + np.sqrt(s[1]))


NUMBERS = {
    "step": 3,
    "lr": 0.1,
    "momentum": 0.9,
    "rho": 0.8,
    "epsilon": 1e-3,
    "beta1": 0.9,
    "beta2": 0.99,
    "beta1_power": 0.81,
    "beta2_power": 0.98,
    "l1": 0.05,
    "l2": 0.2,
    "l2_shrinkage": 0.1,
    "lr_power": -0.5,
}
CASES = [
    ("gradient_descent", 0, "lr", lambda w, s, h, g: w - h["lr"] * g, {}),
    ("momentum", 1, "lr momentum", momentum, {"nesterov": 0}),
    ("momentum", 1, "lr momentum", momentum, {"nesterov": 1}),
    ("adagrad", 1, "lr", adagrad, {}),
    ("adadelta", 2, "lr rho epsilon", adadelta, {}),
    ("adam", 2, "beta1_power beta2_power lr beta1 beta2 epsilon", adam, {"nesterov": 0}),
    ("adam", 2, "beta1_power beta2_power lr beta1 beta2 epsilon", adam, {"nesterov": 1}),
    ("rms_prop", 2, "lr rho momentum epsilon", rms_prop, {}),
    ("centered_rms_prop", 3, "lr rho momentum epsilon", centered_rms_prop, {}),
    ("ftrl", 2, "lr l1 l2 l2_shrinkage lr_power", ftrl, {}),
    ("ftrl", 2, "lr l1 l2 l2_shrinkage lr_power", ftrl, {"lr_power": -0.4}),
    ("proximal_gradient_descent", 0, "lr l1 l2", proximal_gradient_descent, {}),
    ("proximal_adagrad", 1, "lr l1 l2", proximal_adagrad, {}),
    ("adagrad_da", 2, "lr l1 l2 step", adagrad_da, {}),
]


def operands(case, dtype, index, rows=5, width=3):
    name, slots, numbers, _, options = case
    random = np.random.default_rng(1)
    var = random.normal(size=(rows, width)).astype(dtype)
    state = [random.uniform(0.2, 1, size=(rows, width)).astype(dtype) for _ in range(slots)]
    state[0:0] = [var]
    if name == "centered_rms_prop":
        state[2] += 1  # a mean square is larger than the squared mean
    g = random.normal(size=(len(index), width)).astype(dtype)
    hyper = {k: {**NUMBERS, **options}[k] for k in numbers.split()}
    flags = [options["nesterov"]] if "nesterov" in options else []
    arrays = [np.array([h], dtype) for h in hyper.values()]
    return state, hyper, g, [*arrays, g, index, len(index), rows, width, *flags]


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c[0]}-{'-'.join(map(str, c[4].values()))}")
def test_rows(case, dtype):
    index = np.array([4, 0, 2], np.int32)
    state, hyper, g, rest = operands(case, dtype, index)
    again = [a.copy() for a in state]
    wide = [a.astype(np.float64) for a in state]
    slots = [a[index] for a in wide[1:]]
    flags = {"nesterov": case[4]["nesterov"]} if "nesterov" in case[4] else {}
    wide[0][index] = case[3](wide[0][index], slots, hyper, g.astype(np.float64), **flags)
    for a, s in zip(wide[1:], slots):
        a[index] = s
    kernel = getattr(optimizers, f"apply_{case[0]}")[dtype, np.int32]
    assert kernel.run(*state, *rest) == 0
    assert kernel.python(*again, *rest) == 0
    rtol = 3e-6 if dtype == "float32" else 1e-13
    for mine, interpreted, expected in zip(state, again, wide):
        np.testing.assert_allclose(mine, expected, rtol=rtol, atol=rtol)
        np.testing.assert_allclose(interpreted, expected, rtol=rtol, atol=rtol)


@pytest.mark.parametrize("case", CASES[1:4], ids=lambda c: c[0])
def test_bad_index_writes_nothing(case):
    index = np.array([1, 0, 5], np.int64)
    state, _, _, rest = operands(case, "float32", index)
    before = [a.copy() for a in state]
    kernel = getattr(optimizers, f"apply_{case[0]}")[np.float32, np.int64]
    assert kernel.run(*state, *rest) == 3
    for a, b in zip(state, before):
        np.testing.assert_array_equal(a, b)

import dataclasses

import numpy as np
import pytest

import minitf as tf
from benchmarks import specs, workloads
from benchmarks.floor import Products


def small(name):
    w = specs.WORKLOADS[name]
    steps = min(w.steps, 12)
    return dataclasses.replace(w, units=5, steps=steps, batch=4, shortest=min(w.shortest, 3))


def reference_rnn_loss(w, batch):
    """The first loss of a BasicRNN workload, by NumPy."""
    given = dict(specs.weights(w))
    x, y, _ = batch
    x = np.eye(w.inputs)[x] if w.reads == "one_hot" else x
    h, hidden = np.zeros((w.batch, w.units)), []
    for t in range(w.steps):
        z = np.concatenate([x[:, t], h], 1) @ given["kernel_0"] + given["bias_0"]
        h = np.maximum(z, 0) if w.activation == "relu" else np.tanh(z)
        hidden.append(h)
    logits = (np.stack(hidden, 1) if w.each_step else h) @ given["out_kernel"] + given["out_bias"]
    if w.loss == "mse":
        return np.mean((logits - y) ** 2)
    picked = np.take_along_axis(logits, y[..., None], -1)[..., 0]
    return np.mean(np.log(np.exp(logits).sum(-1)) - picked)


@pytest.mark.parametrize("name", specs.WORKLOADS)
def test_static_and_dynamic_train_alike(name):
    w = small(name)
    models = [workloads.Model(tf, w, unroll) for unroll in ("static", "dynamic")]
    for batch in specs.batches(w, 3):
        static, dynamic = [model.step(batch) for model in models]
        assert static == pytest.approx(dynamic, rel=1e-5)
    assert models[0].infer(batch) != static


@pytest.mark.parametrize("name", [n for n, w in specs.WORKLOADS.items() if w.cell == "rnn"])
def test_losses_are_the_workloads(name):
    w = small(name)
    batch = specs.batches(w, 1)[0]
    loss = workloads.Model(tf, w, "dynamic").step(batch)
    assert loss == pytest.approx(reference_rnn_loss(w, batch), rel=1e-4)


def test_weights_fit_the_graphs_variables():
    for name in specs.WORKLOADS:
        w = small(name)
        model = workloads.Model(tf, w, "dynamic")
        shapes = [v.shape.as_list() for v in model.session.graph.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES)]
        assert shapes == [list(value.shape) for _, value in specs.weights(w)]


def test_batches_are_the_same_every_time():
    w = small("varlen")
    for one, other in zip(specs.batches(w, 2), specs.batches(w, 2)):
        for a, b in zip(one, other):
            np.testing.assert_array_equal(a, b)
    lengths = np.concatenate([b[2] for b in specs.batches(w, 50)])
    assert (lengths.min(), lengths.max()) == (w.shortest, w.steps)


def test_products_are_those_of_the_step():
    w = small("mnist_rows")
    batch = specs.batches(w, 1)[0]
    model = workloads.Model(tf, w, "dynamic")
    model.step(batch)
    before = model.infer(batch)
    products = Products(model, batch)
    products.run()
    products.run()
    assert model.infer(batch) == before  # the products alone change no variable
    forward = w.batch * w.units * (w.inputs + w.units) * w.steps
    made = sum(m * n * k * count for (m, n, k, *_), count in products.shapes.items())
    assert 2 * forward < made < 3 * forward  # as much again for the weights, and less for the states

"""JAX: one jitted training step; the input projections are one product outside of the loop over time."""

import functools

import jax
import jax.numpy as jnp
from jax import lax

from benchmarks import specs

VERSION = "JAX " + jax.__version__


def modes(w):
    """How the workload can be run; unrolling compiles slowly."""
    if w.widths:
        return ["jit"]
    return ["scan"] + ["unrolled"] * (w.steps <= 50)


def _rnn(w, p, layer, width):
    kernel, bias = p[f"kernel_{layer}"], p[f"bias_{layer}"]
    recurrent = kernel[width:]  # cut outside of the loop, as below: inside, every step would add a padded gradient
    act = {"relu": jax.nn.relu, "tanh": jnp.tanh}[w.activation]

    def step(h, z):
        h = act(z + h @ recurrent)
        return h, h

    return lambda x: x @ kernel[:width] + bias, step


def _gru(w, p, layer, width):
    gates, candidate = p[f"gates_kernel_{layer}"], p[f"kernel_{layer}"]
    kernel = jnp.concatenate([gates[:width], candidate[:width]], 1)
    bias = jnp.concatenate([p[f"gates_bias_{layer}"], p[f"bias_{layer}"]])
    of_gates, of_candidate = gates[width:], candidate[width:]

    def step(h, z):
        ru = jax.nn.sigmoid(z[:, : 2 * w.units] + h @ of_gates)
        r, u = jnp.split(ru, 2, 1)
        c = jnp.tanh(z[:, 2 * w.units :] + (r * h) @ of_candidate)
        h = u * h + (1 - u) * c
        return h, h

    return lambda x: x @ kernel + bias, step


def _lstm(w, p, layer, width):
    kernel, bias = p[f"kernel_{layer}"], p[f"bias_{layer}"]
    recurrent = kernel[width:]

    def step(state, z):
        c, h = state
        i, j, f, o = jnp.split(z + h @ recurrent, 4, 1)
        c = c * jax.nn.sigmoid(f + 1) + jax.nn.sigmoid(i) * jnp.tanh(j)
        h = jnp.tanh(c) * jax.nn.sigmoid(o)
        return (c, h), h

    return lambda x: x @ kernel[:width] + bias, step


def _masked(step):
    """The step for (z, whether the sequence still runs)."""

    def masked(state, slices):
        z, alive = slices
        new, y = step(state, z)
        return jax.tree.map(lambda a, b: jnp.where(alive[:, None], a, b), new, state), y

    return masked


def _hidden(w, unroll, p, x, lengths):
    """Outputs of the top layer [steps, batch, units] and its last state."""
    zeros = jnp.zeros((w.batch, w.units), jnp.float32)
    start = (zeros, zeros) if w.cell == "lstm" else zeros
    for layer in range(w.layers):
        make = {"rnn": _rnn, "gru": _gru, "lstm": _lstm}[w.cell]
        project, step = make(w, p, layer, x.shape[-1])
        # Flat, as the gradient of a product over two axes is slow.
        slices = project(x.reshape(-1, x.shape[-1])).reshape(w.steps, w.batch, -1)
        if lengths is not None:
            step, slices = _masked(step), (slices, jnp.arange(w.steps)[:, None] < lengths)
        state, x = lax.scan(step, start, slices, unroll=w.steps if unroll else 1)
    return x, state[1] if w.cell == "lstm" else state


def _convolved(x, kernel, padding):
    return lax.conv_general_dilated(x, kernel, (1, 1), padding, dimension_numbers=("NHWC", "HWIO", "NHWC"))


def _of_images(w, p, x):
    x = x[..., None]
    for layer in range(2):
        x = jax.nn.relu(_convolved(x, p[f"filter_{layer}"], "SAME") + p[f"bias_{layer}"])
        x = lax.reduce_window(x, -jnp.inf, lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "SAME")
    return jax.nn.relu(x.reshape(w.batch, -1) @ p["hidden_kernel"] + p["hidden_bias"])


def _of_words(w, p, x):
    found = []
    for k in w.widths:
        kernel = jnp.swapaxes(p[f"filter_{k}"], 1, 2)  # words of one row, their numbers as channels
        y = _convolved(x[:, :, None], kernel, "VALID")[:, :, 0] + p[f"bias_{k}"]
        found.append(jax.nn.relu(y).max(1))
    return jnp.concatenate(found, 1)


def _loss(w, unroll, p, x, y, lengths):
    if w.reads == "one_hot":
        x = jax.nn.one_hot(x, w.inputs)
    elif w.reads == "embedding":
        x = p["embedding"][x]
    if w.widths:
        hidden = _of_images(w, p, x) if w.cell == "images" else _of_words(w, p, x)
    else:
        outputs, last = _hidden(w, unroll, p, jnp.swapaxes(x, 0, 1), lengths)
        hidden = outputs.reshape(-1, w.units) if w.each_step else last
    logits = hidden @ p["out_kernel"] + p["out_bias"]
    y = jnp.swapaxes(y, 0, 1).reshape(-1, *y.shape[2:]) if w.each_step else y
    if w.loss == "mse":
        return jnp.mean(jnp.square(logits - y))
    chosen = jnp.take_along_axis(logits, y[..., None], -1)[..., 0]
    return jnp.mean(jax.nn.logsumexp(logits, -1) - chosen)


def _adam(w, p, grads, slots):
    count, m, v = slots
    count = count + 1
    rate = w.rate * jnp.sqrt(1 - 0.999**count) / (1 - 0.9**count)
    m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, grads)
    v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, grads)
    return jax.tree.map(lambda p, m, v: p - rate * m / (jnp.sqrt(v) + 1e-8), p, m, v), (count, m, v)


def _adagrad(w, p, grads, slots):
    slots = jax.tree.map(lambda s, g: s + g * g, slots, grads)
    return jax.tree.map(lambda p, g, s: p - w.rate * g / jnp.sqrt(s), p, grads, slots), slots


def _train(w, unroll, p, slots, x, y, lengths):
    loss, grads = jax.value_and_grad(functools.partial(_loss, w, unroll))(p, x, y, lengths)
    if w.clip:
        norm = jnp.sqrt(sum(jnp.sum(g * g) for g in jax.tree.leaves(grads)))
        grads = jax.tree.map(lambda g: g * (w.clip / jnp.maximum(norm, w.clip)), grads)
    return loss, *{"adam": _adam, "adagrad": _adagrad}[w.optimizer](w, p, grads, slots)


class build:  # noqa: N801 - every peer has a `build`
    """The workload, ready to step."""

    def __init__(self, w, mode, threads):
        self.p = {name: jnp.asarray(value) for name, value in specs.weights(w)}
        fill = lambda value: jax.tree.map(lambda a: jnp.full_like(a, value), self.p)  # noqa: E731
        self.slots = (jnp.float32(0), fill(0), fill(0)) if w.optimizer == "adam" else fill(0.1)
        self.train = jax.jit(functools.partial(_train, w, mode == "unrolled"), donate_argnums=(0, 1))

    def step(self, batch):
        """One training step; returns the loss before it."""
        loss, self.p, self.slots = self.train(self.p, self.slots, *batch)
        return float(loss)

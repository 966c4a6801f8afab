"""PyTorch: `nn.RNN`, `nn.GRU` and `nn.LSTM`, eager or compiled, and its fused optimizers.

`nn.GRU` resets after its product, unlike TensorFlow's cell; "loop" is the same cell step by step.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - as everybody calls it

from benchmarks import specs

VERSION = "PyTorch " + torch.__version__
DIFFERENT = {("char_gru", "eager"), ("char_gru", "compile")}  # other maths than the rest


def modes(w):
    """How the workload can be run; unrolling compiles slowly."""
    if w.widths:
        return ["eager", "channels last", "compile"]
    return ["eager"] + ["loop", "compiled loop"] * (w.cell == "gru") + ["compile"] * (w.steps <= 50)


def _tensor(array):
    return torch.from_numpy(np.ascontiguousarray(array))


def _gates(w, kernel, order):
    """Columns of a TensorFlow kernel, gate by gate in PyTorch's order, as rows."""
    parts = np.split(kernel, len(order), axis=-1)
    return np.concatenate([parts[i] for i in order], axis=-1).T


class Net(nn.Module):
    """The workload's network and loss."""

    def __init__(self, w, loop):
        super().__init__()
        self.w, self.loop, given = w, loop, dict(specs.weights(w))
        kind = {"rnn": nn.RNN, "gru": nn.GRU, "lstm": nn.LSTM}[w.cell]
        options = {"nonlinearity": w.activation} if w.cell == "rnn" else {}
        self.rnn = kind(w.features, w.units, num_layers=w.layers, batch_first=True, **options)
        self.out = nn.Linear(w.units, w.outputs)
        with torch.no_grad():
            for layer in range(w.layers):
                self._load(layer, given)
            self.out.weight.copy_(_tensor(given["out_kernel"].T))
            self.out.bias.copy_(_tensor(given["out_bias"]))
            if w.reads == "embedding":
                self.embedding = nn.Embedding.from_pretrained(_tensor(given["embedding"]), freeze=False)

    def _load(self, layer, given):
        """Weights of one layer; the second bias, which TensorFlow has not, stays zero."""
        w = self.w
        kernel, bias = given[f"kernel_{layer}"], given[f"bias_{layer}"]
        order = [0, 2, 1, 3] if w.cell == "lstm" else [0]
        if w.cell == "gru":
            kernel = np.concatenate([given[f"gates_kernel_{layer}"], kernel], 1)
            bias, order = np.concatenate([given[f"gates_bias_{layer}"], bias]), [0, 1, 2]
        if w.cell == "lstm":  # TensorFlow adds 1 to the forget gate
            bias = bias + np.repeat(np.float32([0, 0, 1, 0]), w.units)
        rows, width = _gates(w, kernel, order), len(kernel) - w.units
        parts = {"weight_ih": rows[:, :width], "weight_hh": rows[:, width:], "bias_ih": _gates(w, bias, order).T}
        for name, value in parts.items():
            getattr(self.rnn, f"{name}_l{layer}").copy_(_tensor(value))
        unused = getattr(self.rnn, f"bias_hh_l{layer}")
        unused.zero_()
        unused.requires_grad_(False)

    def _gru(self, x):
        """TensorFlow's GRU, step by step."""
        units, h = self.w.units, x.new_zeros(self.w.batch, self.w.units)
        z = F.linear(x, self.rnn.weight_ih_l0, self.rnn.bias_ih_l0).unbind(1)
        gates, candidate = self.rnn.weight_hh_l0.split([2 * units, units])
        outputs = []
        for slice_ in z:
            r, u = torch.sigmoid(slice_[:, : 2 * units] + h @ gates.T).chunk(2, 1)
            c = torch.tanh(slice_[:, 2 * units :] + (r * h) @ candidate.T)
            h = c + u * (h - c)
            outputs.append(h)
        return torch.stack(outputs, 1), h

    def forward(self, x, y, lengths):
        """The loss."""
        w = self.w
        if w.reads == "one_hot":
            x = F.one_hot(x.long(), w.inputs).float()
        elif w.reads == "embedding":
            x = self.embedding(x)
        if lengths is not None:
            x = nn.utils.rnn.pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
        outputs, state = self._gru(x) if self.loop else self.rnn(x)
        last = state[0] if w.cell == "lstm" else state
        logits = self.out(outputs if w.each_step else last[-1])
        if w.loss == "mse":
            return F.mse_loss(logits, y)
        return F.cross_entropy(logits.reshape(-1, w.outputs), y.reshape(-1).long())


class ConvNet(nn.Module):
    """The workload's convolutional network and loss."""

    def __init__(self, w, last):
        super().__init__()
        self.w, self.last, given = w, last, dict(specs.weights(w))
        names = [0, 1] if w.cell == "images" else w.widths
        self.filters = nn.ParameterList(_tensor(self._turned(given[f"filter_{i}"])) for i in names)
        self.biases = nn.ParameterList(_tensor(given[f"bias_{i}"]) for i in names)
        self.rest = nn.ParameterDict(
            {name: _tensor(value) for name, value in given.items() if "_kernel" in name or "_bias" in name}
        )
        if w.cell == "images":
            height, width = -(-w.steps // 4), -(-w.inputs // 4)
            parts = given["hidden_kernel"].reshape(height, width, specs.CHANNELS[1], w.units)
            self.rest["hidden_kernel"] = nn.Parameter(_tensor(parts.transpose(2, 0, 1, 3).reshape(-1, w.units)))
        else:
            self.embedding = nn.Embedding.from_pretrained(_tensor(given["embedding"]), freeze=False)

    def _turned(self, kernel):
        return kernel[:, :, 0].transpose(2, 1, 0) if self.w.cell == "words" else kernel.transpose(3, 2, 0, 1)

    def _of_images(self, x):
        x = x[:, None]
        if self.last:
            x = x.contiguous(memory_format=torch.channels_last)
        for kernel, bias in zip(self.filters, self.biases):
            x = F.relu(F.conv2d(x, kernel, bias, padding=self.w.widths[0] // 2))
            x = F.max_pool2d(x, 2, ceil_mode=True)
        return F.relu(x.flatten(1) @ self.rest["hidden_kernel"] + self.rest["hidden_bias"])

    def _of_words(self, x):
        x = self.embedding(x).transpose(1, 2)
        pairs = zip(self.filters, self.biases)
        return torch.cat([F.relu(F.conv1d(x, kernel, bias)).amax(2) for kernel, bias in pairs], 1)

    def forward(self, x, y, lengths):
        """The loss."""
        hidden = self._of_images(x) if self.w.cell == "images" else self._of_words(x)
        return F.cross_entropy(hidden @ self.rest["out_kernel"] + self.rest["out_bias"], y.long())


class build:  # noqa: N801 - every peer has a `build`
    """The workload, ready to step."""

    def __init__(self, w, mode, threads):
        torch.set_num_threads(threads)
        self.w, net = w, ConvNet(w, "last" in mode) if w.widths else Net(w, "loop" in mode)
        self.parameters = [p for p in net.parameters() if p.requires_grad]
        self.net = torch.compile(net) if "compile" in mode else net
        kinds = {"adam": torch.optim.Adam, "adagrad": torch.optim.Adagrad}
        options = {"initial_accumulator_value": 0.1} if w.optimizer == "adagrad" else {}
        self.optimizer = kinds[w.optimizer](self.parameters, lr=w.rate, fused=True, **options)

    def step(self, batch):
        """One training step; returns the loss before it."""
        loss = self.net(*[None if a is None else torch.from_numpy(a) for a in batch])
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if self.w.clip:
            nn.utils.clip_grad_norm_(self.parameters, self.w.clip)
        self.optimizer.step()
        return loss.item()

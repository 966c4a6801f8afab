"""A training step against its matrix products alone, run back to back.

Pass `multiply_before_gather` makes some products with embedded inputs needless. So there are two sums: of
the products that the model asks for, and of those that are made.
"""

import collections
import time

import numpy as np

from benchmarks import report
from benchmarks.runner import spread
from benchmarks.specs import WORKLOADS, batches
from benchmarks.worker import pin


def add_arguments(parser):
    """The options of `floor`."""
    recurrent = [name for name, w in WORKLOADS.items() if not w.widths]
    parser.add_argument("--workloads", default=",".join(recurrent), help="names")


class Products:
    """A training step's program without anything but its products: same order, same places in memory."""

    def __init__(self, model, batch, passes=""):
        from minitf.runtime.execute.executor import NativeExecutor
        from minitf.runtime.passes import chosen
        from minitf.runtime.session.feed import feeds

        session, fetches = model.session, [model.loss, model.train]
        self._fed = feeds(session.graph, model.feed(batch))
        _, plan = session._plan(fetches, self._fed)
        self.shapes = collections.Counter()  # (m, n, k, whether a and b are stored transposed) of each product
        self._executor = NativeExecutor(plan, session._state, [*chosen(passes), self._strip])

    def _strip(self, uses):
        """The last pass: takes out what is not a product; integers stay, as they count the trips of loops."""
        self._count(uses.nodes, 1)
        floats = [
            call for call in uses.calls if any(ref.dtype.kind == "f" for ref in call.refs) and not _is_product(call)
        ]
        with uses:
            uses.replace({call: [] for call in floats})

    def _count(self, nodes, trips):
        from minitf.runtime.lower.ir import Call, Repeat

        for node in nodes:
            if isinstance(node, Repeat):
                count = node.count if isinstance(node.count, int) else node.limit
                self._count([*node.test, *node.body], trips * count)
            elif isinstance(node, Call) and _is_product(node):
                self.shapes[node.operands[3:8]] += trips

    def run(self):
        """The products of one step."""
        self._executor.run(self._fed)


def _is_product(call):
    return "gemm" in call.kernel.kernel.name


def main(args):
    """Runs the benchmark."""
    pin(args.threads)
    from benchmarks.peers import minitf

    results = []
    with report.progress() as bar:
        for name in bar.track(args.workloads.split(","), description="floor"):
            results.append(_measure(minitf, WORKLOADS[name], args))
    _show(results)
    report.save(args, "floor", {"minitf": minitf.VERSION}, results, lambda figure: draw(figure, results))


def _measure(minitf, w, args):
    """One line of the table."""
    mode, batch = minitf.modes(w)[-1], batches(w, 1)[0]
    model = minitf.build(w, mode, args.threads)
    model.step(batch)
    asked, made = Products(model, batch, "-gathered"), Products(model, batch)
    asked.run()
    made.run()
    shapes = asked.shapes
    runs = {"step": lambda: model.step(batch), "floor": asked.run, "made": made.run, "openblas": _openblas(shapes)}
    times = {key: [] for key in runs}
    for _ in range(args.rounds):
        for key, run in runs.items():
            times[key] += _turn(run, args.seconds)
    flops = sum(2 * m * n * k * count for (m, n, k, *_), count in shapes.items())
    if batch[2] is not None:  # rows that have ended are not computed
        flops *= float(batch[2].mean()) / w.steps
    counts = {"products": sum(shapes.values()), "flops": flops}
    return {"workload": w.name, "mode": mode, **counts, **{key: spread(found) for key, found in times.items()}}


def _turn(run, seconds):
    """Processor seconds of each of the runs that fit into some time; at least one."""
    times, end = [], time.perf_counter() + seconds
    while not times or time.perf_counter() < end:
        started = time.process_time()
        run()
        times.append(time.process_time() - started)
    return times


def _openblas(shapes):
    """A function that makes the same products by NumPy's BLAS."""
    work = []
    for (m, n, k, ta, tb), count in shapes.items():
        a = np.random.rand(*((k, m) if ta else (m, k))).astype(np.float32)
        b = np.random.rand(*((n, k) if tb else (k, n))).astype(np.float32)
        work.append((a.T if ta else a, b.T if tb else b, np.empty((m, n), np.float32), count))

    def run():
        for a, b, c, count in work:
            for _ in range(count):
                np.matmul(a, b, c)

    return run


def _show(results):
    report.table(
        "processor ms: a training step, and its matrix products alone: those that the model asks for (by "
        "minitf's kernel; by NumPy's BLAS), and those that are made",
        ["workload", "step / products", "step", "products", "NumPy's", "made", "count", "GFLOP/s"],
        [
            [
                r["workload"],
                f"{r['step']['median'] / r['floor']['median']:.2f}",
                *[report.milliseconds(r[key]) for key in ("step", "floor", "openblas", "made")],
                r["products"],
                f"{r['flops'] / r['floor']['median'] / 1e9:.0f}",
            ]
            for r in results
        ],
    )


def draw(figure, results):
    """Bars: the step relative to its products."""
    axes = figure.add_subplot()
    shown = {"step": "training step", "made": "products that are made", "openblas": "products by NumPy's BLAS"}
    for i, (key, label) in enumerate(shown.items()):
        heights = [r[key]["median"] / r["floor"]["median"] for r in results]
        bars = axes.bar(np.arange(len(results)) + (i - 1) * 0.28, heights, 0.28, label=label)
        axes.bar_label(bars, [f"{h:.2f}" for h in heights], fontsize=7)
    axes.axhline(1, color="black", linewidth=0.8, label="products that the model asks for, by minitf's kernel")
    axes.axhline(1.2, color="grey", linewidth=0.8, linestyle="dashed", label="1.2")
    axes.set_xticks(range(len(results)), [r["workload"] for r in results], fontsize=8)
    axes.set_ylabel("time / time of the products")
    axes.legend(fontsize=8)

"""Pictures in the terminal, and to files: what the examples show while they train."""

import numpy as np
from rich.console import Console
from rich.live import Live
from rich.text import Text

BARS, SHADES = " ▁▂▃▄▅▆▇█", " ░▒▓█"
WIDTH, HEIGHT = 72, 6


class Curve:
    """A value over training steps, drawn in the terminal while it comes; at the end in a file at `path`."""

    def __init__(self, name, steps, path=None, console=None):
        self.name, self.steps, self.path, self.values = name, steps, path, []
        self.live = Live(console=console or Console(), refresh_per_second=8, get_renderable=self.drawing)

    def __enter__(self):
        self.live.__enter__()
        return self

    def __exit__(self, *exc):
        self.live.__exit__(*exc)
        if not self.live.console.is_terminal:
            self.live.console.print()  # the last line of a drawing ends only there
        if self.path is not None:
            self.save(self.path)

    def add(self, value):
        """The value after one more step."""
        self.values.append(float(value))

    def drawing(self):
        """The curve so far, in lines of block characters."""
        if not self.values:
            return Text("")
        title = f"{self.name} {self.values[-1]:.4f} after {len(self.values)} of {self.steps} steps"
        return Text("\n".join([title, *rows(self.values)]))

    def save(self, path):
        """Writes the curve as a picture."""
        plt = pyplot()
        figure, axis = plt.subplots(figsize=(6, 3.5))
        axis.plot(self.values)
        axis.set(xlabel="step", title=self.name)
        axis.grid(alpha=0.3)
        figure.savefig(path, dpi=120, bbox_inches="tight")
        plt.close(figure)


def rows(values, width=WIDTH, height=HEIGHT):
    """The means of `width` pieces of some values as bars, `height` lines high."""
    means = np.array([piece.mean() for piece in np.array_split(values, min(width, len(values)))])
    eighths = np.round(8 * height * means / max(means.max(), 1e-12)).clip(0).astype(int)
    return ["".join(BARS[min(max(n - 8 * line, 0), 8)] for n in eighths) for line in reversed(range(height))]


def heat_map(weights, rows, columns, console=None):
    """Prints a matrix of numbers from 0 to 1 as shades, between labels of its rows and columns."""
    console = console or Console()
    console.print(" " * 3 + "".join(columns))
    for label, line in zip(rows, np.clip(weights, 0, 1)):
        text = Text(f"{label:>2} ")
        for weight in line:
            text.append(SHADES[int(4.99 * weight)], style="blue")
        console.print(text)


def pyplot():
    """Matplotlib's, for files."""
    import matplotlib

    matplotlib.use("agg")
    from matplotlib import pyplot as plt

    return plt

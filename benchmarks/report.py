"""What every benchmark leaves behind: a table on the terminal, a JSON file, a plot."""

import json
import os
import platform
import time
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

console = Console()


def progress():
    """A progress bar."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn()
    return Progress(*columns, console=Console(stderr=True), transient=True)


def machine():
    """What the numbers were measured on."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    model = next((line.split(":")[1].strip() for line in lines if line.startswith("model name")), platform.processor())
    return {
        "processor": model,
        "cores": len(os.sched_getaffinity(0)),
        "system": platform.platform(),
        "load": os.getloadavg(),
        "date": time.strftime("%Y-%m-%d %H:%M:%S"),
    }


def settings(args):
    """The command line's options, as JSON takes them."""
    return {k: str(v) if isinstance(v, Path) else v for k, v in vars(args).items() if not callable(v)}


def save(args, name, versions, results, draw):
    """Writes `name`.json and the plot `name`.png that draw(figure) makes."""
    args.out.mkdir(parents=True, exist_ok=True)
    path = args.out / f"{name}.json"
    document = {
        "benchmark": name,
        "machine": machine(),
        "versions": versions,
        "settings": settings(args),
        "results": results,
    }
    path.write_text(json.dumps(document, indent=1) + "\n")
    picture = path.with_suffix(".png")
    _plot(draw, picture)
    console.print(f"written: {path} {picture}", highlight=False, soft_wrap=True)


def _plot(draw, path):
    import matplotlib

    matplotlib.use("agg")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4.5), layout="constrained")
    draw(figure)
    figure.savefig(path, dpi=120)


def table(title, columns, rows):
    """Prints a table; the first column is left-aligned."""
    shown = Table(title=title, title_justify="left")
    for i, column in enumerate(columns):
        shown.add_column(column, justify="left" if i == 0 else "right", no_wrap=True)
    for row in rows:
        shown.add_row(*map(str, row))
    (console if console.is_terminal else Console(width=200)).print(shown)


def failed(failures):
    """Prints what could not be measured."""
    for failure in failures:
        console.print(f"failed: {failure}", style="red", markup=False, highlight=False)


def milliseconds(times):
    """Median and half the interquartile range, such as `0.62 ±0.01`."""
    median, half = times["median"] * 1e3, (times["high"] - times["low"]) * 500
    digits = 3 if median < 0.1 else 2 if median < 10 else 1
    return f"{median:.{digits}f} ±{half:.{digits}f}"

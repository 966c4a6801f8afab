"""A matplotlib backend that saves what a script shows: `module://minitf.scripts.figures`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

FOLDER = "MINITF_FIGURES"  # the environment variable that says where figures go


class FigureManager(FigureManagerBase):
    """Saves all figures when they are shown."""

    @classmethod
    def pyplot_show(cls, *, block=None):
        """Saves what is open and closes it; a plot that is only drawn again meanwhile stays open."""
        if block is not False:
            save()


class FigureCanvas(FigureCanvasAgg):
    """Draws into memory; nobody is there to wait for."""

    manager_class = FigureManager

    def start_event_loop(self, timeout=0):
        """Returns at once."""

    def flush_events(self):
        """There are no events."""


def save() -> None:
    """Saves all open figures into the folder, numbered, and closes them."""
    managers = Gcf.get_all_fig_managers()
    if not managers:
        return
    folder = Path(os.environ[FOLDER])
    folder.mkdir(parents=True, exist_ok=True)
    for manager in managers:
        number = sum(1 for _ in folder.glob("figure-*.png")) + 1
        manager.canvas.figure.savefig(folder / f"figure-{number:03}.png")
    Gcf.destroy_all()


def finish() -> None:
    """Saves what a script has left open, and says where its figures are."""
    save()
    folder = Path(os.environ[FOLDER])
    count = sum(1 for _ in folder.glob("figure-*.png"))
    if count:
        print(f"{count} figure{'s are' if count > 1 else ' is'} in {folder}", file=sys.stderr)

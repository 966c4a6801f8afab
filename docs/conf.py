"""How Sphinx builds the documentation: `python -m sphinx -W docs out/docs`."""

import os
import re
import shutil
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])  # of `minitf`

import reference  # noqa: E402 - beside this file

project = "minitf"
author = copyright = "the minitf authors"
extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]

html_theme = "furo"
html_title = "minitf"

myst_enable_extensions = ["dollarmath", "colon_fence"]
myst_heading_anchors = 2
html_math_renderer = "mathjax"
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_execution_show_tb = True
nb_merge_streams = True

autodoc_typehints = "none"
autodoc_class_signature = "mixed"


def _copy_tour():
    """The pages of the tour are the notebooks of examples/."""
    tour = HERE / "tour"
    shutil.rmtree(tour, ignore_errors=True)
    shutil.copytree(HERE.parent / "examples" / "notebooks", tour)


def _as_plain_text(app, what, name, obj, options, lines):
    """Docstrings are plain text with `code`: stars and bars are no markup; doctests stay as they are."""
    text = "\n".join(lines)
    parts = re.split(r"(^ *(?:>>>|\.\.\.).*$|`[^`]*`)", text, flags=re.MULTILINE)
    for number, part in enumerate(parts):
        if part.startswith("`"):
            after = parts[number + 1][:1]
            parts[number] = f"`{part}`" + ("\\ " if after.isalnum() else "")
        elif number % 2 == 0:
            parts[number] = re.sub(r"([*|]|_\b)", r"\\\1", part)
    lines[:] = "".join(parts).split("\n")


def setup(app):
    """Makes the pages that are made, and reads docstrings as they are meant."""
    _copy_tour()
    reference.write(HERE / "api")
    app.connect("autodoc-process-docstring", _as_plain_text, priority=100)  # before napoleon

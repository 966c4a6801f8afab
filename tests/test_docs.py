"""That the documentation is whole; its code is run where it is built (`.ci/run`)."""

import re
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[1] / "docs"
PAGES = sorted(path for path in DOCS.glob("*.md"))


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.stem)
def test_all_code_is_run(page):
    """But for the installation, which is the shell's."""
    kinds = re.findall(r"^```(\S.*)$", page.read_text("utf-8"), re.MULTILINE)
    assert set(kinds) <= {"{code-cell}", "{toctree}", "sh"}
    assert "sh" not in kinds or page.stem == "quick_start"


def test_every_page_is_in_the_contents():
    contents = (DOCS / "index.md").read_text("utf-8").split()
    notebooks = [f"tour/{path.stem}" for path in (DOCS.parent / "examples" / "notebooks").glob("*.ipynb")]
    pages = [path.stem for path in PAGES if path.stem != "index"]
    assert len(pages) == 9 and set(pages + notebooks) <= set(contents)

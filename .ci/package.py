#!/usr/bin/env python3
"""That the package is whole: a wheel made of the sdist, in a fresh environment, runs the quick start."""

import os
import re
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
WANTED = ["minitf/py.typed", "minitf/kernels/__init__.py", "minitf/as_tensorflow/tensorflow_names.txt"]


def call(*command, folder):
    """Runs a command; its output, or the end of this program."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    done = subprocess.run(list(map(str, command)), cwd=folder, env=environment, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def fresh(folder):
    """The Python of a new environment."""
    venv.create(folder, with_pip=True)
    return folder / ("Scripts" if os.name == "nt" else "bin") / "python"


def examples():
    """The quick start's code: the first Python block of README.md, and the cells of its page in docs/."""
    readme = re.search(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)[1]
    page = (ROOT / "docs" / "quick_start.md").read_text("utf-8")
    return [readme, "\n".join(re.findall(r"```\{code-cell\}\n(.*?)```", page, re.DOTALL))]


def main():
    """Builds, looks into the files, installs, runs."""
    with tempfile.TemporaryDirectory() as place:
        place = Path(place)
        builder = fresh(place / "builder")
        call(builder, "-m", "pip", "install", "-q", "build", folder=place)
        call(builder, "-m", "build", "-o", place / "dist", ROOT, folder=place)
        (wheel,), (sdist,) = (place / "dist").glob("*.whl"), (place / "dist").glob("*.tar.gz")
        inside = zipfile.ZipFile(wheel).namelist()
        lacking = [name for name in WANTED if name not in inside]
        foreign = [n for n in inside if not n.startswith(("minitf/", "minitf_engine-"))]
        if lacking or foreign:
            sys.exit(f"{wheel.name} lacks {lacking} and should not have {foreign}")
        with tarfile.open(sdist) as packed:
            print(f"{wheel.name}: {len(inside)} files; {sdist.name}: {len(packed.getnames())}")
        user = fresh(place / "user")
        call(user, "-m", "pip", "install", "-q", wheel, folder=place)
        for number, code in enumerate(examples()):
            (place / f"example{number}.py").write_text(code)
            print(call(user, f"example{number}.py", folder=place))
        print(call(user, "-m", "minitf", "doctor", folder=place))


if __name__ == "__main__":
    main()

import configparser
from pathlib import Path

import minitf
import minitf.kernels

ROOT = Path(__file__).parents[1]


def test_setup_lists_every_package():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    listed = config["options"]["packages"].split()
    found = {".".join(init.parent.relative_to(ROOT).parts) for init in (ROOT / "minitf").rglob("__init__.py")}
    found |= {
        "minitf." + ".".join(init.parent.relative_to(ROOT).parts)
        for init in (ROOT / "kernels").rglob("__init__.py")
    }
    assert sorted(listed) == sorted(found), "bring `packages` in setup.cfg up to date"


def test_kernels_folder_is_minitf_kernels():
    assert Path(minitf.kernels.__file__) == ROOT / "kernels" / "__init__.py"


def test_version_is_the_tensorflow_it_stands_for():
    assert minitf.__version__ == "1.15.0"

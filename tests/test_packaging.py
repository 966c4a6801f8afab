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
        "minitf." + ".".join(init.parent.relative_to(ROOT).parts) for init in (ROOT / "kernels").rglob("__init__.py")
    }
    assert sorted(listed) == sorted(found), "bring `packages` in setup.cfg up to date"


def test_kernels_folder_is_minitf_kernels():
    assert Path(minitf.kernels.__file__) == ROOT / "kernels" / "__init__.py"


def test_version_is_the_tensorflow_it_stands_for():
    assert minitf.__version__ == "1.15.0"


def test_every_file_tells_the_same_version():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    version = config["metadata"]["version"]
    assert f"\nversion: {version}\n" in (ROOT / "CITATION.cff").read_text("utf-8")
    assert f"What will be {version}," in (ROOT / "CHANGELOG.md").read_text("utf-8")


def test_types_are_marked_and_the_mark_is_packed():
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg")
    assert config["options.package_data"]["minitf"] == "py.typed" and (ROOT / "minitf/py.typed").exists()

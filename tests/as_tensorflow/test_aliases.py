import inspect

import pytest

from minitf.as_tensorflow import missing, modules
from minitf.as_tensorflow.aliases import MODULES, NAMES


@pytest.mark.parametrize("path", MODULES)
def test_places_of_modules_are_there(path):
    target = MODULES[path]
    if target.startswith("tensorflow"):
        assert modules._places(target)
    else:
        assert all(inspect.ismodule(modules.resolve(place)) for place in target.split())
    assert path.rpartition(".")[0] in {"", *MODULES} or missing.is_module(path.rpartition(".")[0])


def test_names_are_there():
    for module, names in NAMES.items():
        assert modules._places(module)
        for target in names.values():
            modules.resolve(target)


def test_no_name_is_listed_that_would_be_found_anyway():
    for module, names in NAMES.items():
        for name, target in names.items():
            found = [getattr(place, name, None) for place in modules._places(module)]
            hidden = name.startswith("_") or f"{module}.{name}" in MODULES
            assert hidden or modules.resolve(target) not in found, f"{module}.{name}"

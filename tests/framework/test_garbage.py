import gc

import pytest

from minitf.framework.garbage import uncollected


@uncollected
def inside(function=lambda: None):
    assert not gc.isenabled()
    function()
    assert not gc.isenabled()
    return 3


def test_the_collector_pauses_inside():
    assert inside() == inside(inside) == 3
    assert gc.isenabled()


def test_it_goes_on_after_an_error():
    with pytest.raises(ZeroDivisionError):
        inside(lambda: 1 / 0)
    assert gc.isenabled()


def test_one_that_was_off_stays_off():
    gc.disable()
    try:
        assert inside() == 3
        assert not gc.isenabled()
    finally:
        gc.enable()

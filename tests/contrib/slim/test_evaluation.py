import pytest
from session_facts import check, names


@pytest.mark.parametrize("name", names("slim_evaluates"))
def test_like_tensorflow(name):
    check(name)

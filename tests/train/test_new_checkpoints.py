import pytest
from session_facts import check, names


@pytest.mark.parametrize("name", names("new_checkpoints"))
def test_like_tensorflow(name):
    check(name)

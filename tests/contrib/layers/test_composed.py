import pytest
from session_facts import check, names


@pytest.mark.parametrize("name", names("slim_layers"))
def test_like_tensorflow(name):
    check(name)

from types import SimpleNamespace

import numpy as np
import pytest

from minitf.runtime.resize.maker import Limited, Spent


@pytest.mark.parametrize("words, lowered", [(100, 16), (3000, 8), (50_000, 1)])
def test_fewer_samples_are_lowered_where_programs_are_large(words, lowered):
    program = SimpleNamespace(instructions=SimpleNamespace(words=np.zeros(words)))
    limited = Limited(lambda given, direct: program, 16)
    for _ in range(lowered):
        assert limited(None, frozenset()) is program
    with pytest.raises(Spent):
        limited(None, frozenset())
    limited.end()
    assert limited(None, frozenset()) is program


def test_samples_for_which_there_is_no_program_count_too():
    limited = Limited(lambda given, direct: None, 2)
    assert limited(None, frozenset()) is limited(None, frozenset()) is None
    with pytest.raises(Spent):
        limited(None, frozenset())

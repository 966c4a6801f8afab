"""Numbers that were sizes are expected to be sizes."""

import numpy as np

from minitf.runtime.plan.expected import Expected


def test_numbers_that_were_sizes_are_those_of_the_next_inputs():
    expected = Expected()
    expected.note_all({"a": (29, 64)}, [29, 30, 64])
    assert expected.all([25, 31, 64]) == {"a": (25, 64)}


def test_what_was_a_size_once_is_itself():
    expected = Expected()
    expected.note_all({"a": (32,), "b": (5, 5)}, [32, 5])
    expected.note_all({"a": (32,), "b": (6, 6)}, [31, 6])
    assert expected.all([30, 7]) == {"a": (32,), "b": (7, 7)}


def test_another_number_of_them_is_learned_anew():
    expected = Expected()
    expected.note_all({"a": (3, 4)}, [3, 4])
    expected.note_all({"a": (4,)}, [3, 4])
    assert expected.all([8, 9]) == {"a": (9,)}


def test_values_are_taken_where_they_followed_sizes():
    expected, values = Expected(), {"steps": np.array(7, np.int32), "picked": np.array(99), "never": None}
    expected.note_values(values, [5, 7])
    assert expected.take(values, [6, 9]) == {"steps", "picked"}  # it may be one by chance
    expected.note_values(values | {"steps": np.array(9, np.int32)}, [6, 9])
    assert expected.take(values, [6, 8]) == {"picked"}
    assert values == {"steps": 8, "picked": 99, "never": None} and values["steps"].dtype == np.int32


def test_where_sizes_are_the_same_data_decide():
    expected, values = Expected(), {"picked": np.array(5)}
    expected.note_values(values, [5, 7])
    values["picked"] = np.array(6)
    expected.take(values, [5, 7])
    assert values == {"picked": 6}


def test_inputs_of_other_ranks_are_learned_anew():
    expected, values = Expected(), {"steps": np.array(7)}
    expected.note_values(values, [5, 7])
    assert expected.take(values, [5]) == {"steps"} and expected.all([5]) == {}
    expected.note_values({"steps": np.array(5)}, [5])
    assert expected.all([8]) == {"steps": (8,)}

"""Trainings against what TensorFlow did (tests/facts/sessions.json)."""

import config_scenarios  # noqa: F401 - adds its scenarios
import contrib_rnn_scenarios  # noqa: F401 - adds its scenarios
import contrib_scenarios  # noqa: F401 - adds its scenarios
import data_scenarios  # noqa: F401 - adds its scenarios
import data_state_scenarios  # noqa: F401 - adds its scenarios
import distribution_scenarios  # noqa: F401 - adds its scenarios
import iterator_scenarios  # noqa: F401 - adds its scenarios
import kept_metric_scenarios  # noqa: F401 - adds its scenarios
import layer_scenarios  # noqa: F401 - adds its scenarios
import loss_scale_scenarios  # noqa: F401 - adds its scenarios
import monitored_scenarios  # noqa: F401 - adds its scenarios
import more_data_scenarios  # noqa: F401 - adds its scenarios
import nn_scenarios  # noqa: F401 - adds its scenarios
import numpy as np
import object_scenarios  # noqa: F401 - adds its scenarios
import optimizer_scenarios  # noqa: F401 - adds its scenarios
import partition_scenarios  # noqa: F401 - adds its scenarios
import ragged_error_scenarios  # noqa: F401 - adds its scenarios
import ragged_scenarios  # noqa: F401 - adds its scenarios
import raw_scenarios  # noqa: F401 - adds its scenarios
import reversible_scenarios  # noqa: F401 - adds its scenarios
import sampling_scenarios  # noqa: F401 - adds its scenarios
import section_scenarios  # noqa: F401 - adds its scenarios
import session_scenarios
import slim_scenarios  # noqa: F401 - adds its scenarios
import spec_scenarios  # noqa: F401 - adds its scenarios
import stats_scenarios  # noqa: F401 - adds its scenarios
import string_part_scenarios  # noqa: F401 - adds its scenarios
import string_scenarios  # noqa: F401 - adds its scenarios
import table_scenarios  # noqa: F401 - adds its scenarios
import training_scenarios  # noqa: F401 - adds its scenarios
import unicode_scenarios  # noqa: F401 - adds its scenarios
from oracle import facts
from oracle import same as as_recorded

import minitf as tf


def names(*beginnings):
    """The scenarios whose names start so."""
    return [name for name in session_scenarios.SCENARIOS if name.startswith(beginnings)]


def check(name, same=lambda value: value):
    """A scenario gives what it gave with TensorFlow; `same` leaves out what is meant to differ."""
    found, recorded = same(session_scenarios.run(tf, name)), same(facts("sessions")[name])
    assert as_recorded(found, recorded), (found, recorded)


def assert_like(mine, theirs):
    """Equal, numbers but for the last digit that was recorded."""
    if isinstance(theirs, dict):
        assert mine.keys() == theirs.keys()
        for key in theirs:
            assert_like(mine[key], theirs[key])
    elif isinstance(theirs, list) and theirs and isinstance(theirs[0], float):
        np.testing.assert_allclose(mine, theirs, rtol=3e-5, atol=3e-5)
    elif isinstance(theirs, list):
        assert len(mine) == len(theirs)
        for one, other in zip(mine, theirs):
            assert_like(one, other)
    else:
        assert as_recorded(mine, theirs)

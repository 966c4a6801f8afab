"""Runs the scenarios with TensorFlow: PYTHON_WITH_TF tests/recorded/record_sessions.py > tests/facts/sessions.json"""

import json

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
import object_scenarios  # noqa: F401 - adds its scenarios
import optimizer_scenarios  # noqa: F401 - adds its scenarios
import partition_scenarios  # noqa: F401 - adds its scenarios
import pattern_scenarios  # noqa: F401 - adds its scenarios
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
import tensorflow
import training_scenarios  # noqa: F401 - adds its scenarios
import unicode_scenarios  # noqa: F401 - adds its scenarios

if __name__ == "__main__":
    tensorflow.logging.set_verbosity(tensorflow.logging.FATAL)
    print("{", flush=True)
    for number, name in enumerate(session_scenarios.SCENARIOS):
        content = json.dumps(session_scenarios.run(tensorflow, name))
        print("," * (number > 0) + f"{json.dumps(name)}: {content}", flush=True)
    print("}")

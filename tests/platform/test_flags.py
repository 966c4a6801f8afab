"""Flags, in processes of their own: there is one set of flags a process."""

import pytest

DEFINED = """
import minitf as tf
tf.flags.DEFINE_integer("epochs", 3, "How many.")
tf.app.flags.DEFINE_string("name", default_value=None, docstring="A name.")
tf.app.flags.DEFINE_float(flag_name="rate", default_value=0.5, docstring="A rate.")
tf.flags.DEFINE_boolean("fast", False, "Whether.")
tf.flags.DEFINE_bool("slow", True, "Whether not.")
tf.flags.DEFINE_enum("kind", "a", ["a", "b"], "Which.")
tf.flags.DEFINE_list("items", ["x"], "Some.")
FLAGS = tf.flags.FLAGS
"""


@pytest.mark.parametrize(
    "code, arguments, printed",
    [
        ("print(FLAGS.epochs, FLAGS.name, FLAGS.rate, FLAGS.fast)", [], "3 None 0.5 False"),
        ("print(FLAGS.epochs, FLAGS.fast, FLAGS.slow)", ["--epochs=5", "--fast", "--noslow"], "5 True False"),
        ("print(FLAGS.kind, FLAGS.items)", ["--kind", "b", "--items=p,q"], "b ['p', 'q']"),
        ("print(FLAGS.epochs)", ["--unknown=1", "--epochs=4", "rest"], "4"),
        ("FLAGS._parse_flags()\nprint(FLAGS.__flags['epochs'], '%.2f' % FLAGS.__flags['rate'])", [], "3 0.50"),
        ("print(FLAGS.__flags['epochs'].value, FLAGS.__flags['epochs'] == 3)", [], "3 True"),
        ("print([k for k, v in sorted(FLAGS.__flags.items()) if k in ('rate', 'kind')])", [], "['kind', 'rate']"),
        ("FLAGS.epochs = 7\nprint(FLAGS.epochs, FLAGS.flag_values_dict()['epochs'])", [], "7 7"),
        ("print('epochs' in FLAGS, FLAGS['epochs'].value, hasattr(FLAGS, 'none'))", [], "True 3 False"),
        ("def main(v):\n    print(v[1:], FLAGS.epochs)\ntf.app.run()", ["--epochs=5", "a", "--b"], "['a', '--b'] 5"),
        ("def main(_):\n    return 3\ntf.app.run()", [], 3),
        ("tf.app.run(main=lambda argv: print(argv), argv=['p', '--epochs=2', 'x'])", [], "['p', 'x']"),
        ("tf.flags.mark_flag_as_required('name')\ntf.app.run(lambda _: 0)", [], 1),
        ("def main(_): pass\ntf.app.run()", ["--help"], 1),
        ("print(FLAGS.epochs)", ["--epochs=x"], 1),
    ],
)
def test_flags(apart, code, arguments, printed):
    done = apart(DEFINED + code, *arguments)
    if isinstance(printed, int):
        assert done.returncode == printed
    else:
        assert done.stdout.strip() == printed, done.stderr


def test_help_names_the_scripts_flags(apart):
    done = apart(DEFINED + "def main(_): pass\ntf.app.run()", "--help")
    assert "How many." in done.stdout and "--[no]fast" in done.stdout

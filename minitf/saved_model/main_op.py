"""tf.saved_model.main_op: the op that is run when a saved model has been loaded."""

import minitf as tf


def main_op():
    """An op that initializes local variables and tables."""
    return tf.group(tf.local_variables_initializer(), tf.tables_initializer())

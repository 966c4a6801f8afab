"""tf.saved_model.main_op: the op that is run when a saved model has been loaded."""

import minitf as tf


def main_op():
    """An op that initializes local variables and tables."""
    return tf.group(tf.local_variables_initializer(), tf.tables_initializer())


def main_op_with_restore(restore_op_name):
    """An op that initializes local variables and tables, and then runs an op that restores the others."""
    with tf.control_dependencies([main_op()]):
        return tf.group(restore_op_name)

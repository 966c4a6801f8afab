"""tf.saved_model.main_op: the op that is run when a saved model has been loaded."""

import minitf as tf


def main_op():
    """An op that initializes variables and tables: where variables have been restored, they start anew."""
    return tf.group(tf.global_variables_initializer(), tf.local_variables_initializer(), tf.tables_initializer())


def main_op_with_restore(restore_op_name):
    """An op that initializes variables and tables, and then runs an op that restores: restore_op_name, an operation."""
    with tf.control_dependencies([main_op()]):
        return tf.group(restore_op_name)

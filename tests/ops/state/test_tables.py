import minitf as tf


def test_tables_are_filled_by_what_is_collected():
    assert tf.tables_initializer().name == "init_all_tables"
    filled = tf.no_op("fill")
    tf.add_to_collection(tf.GraphKeys.TABLE_INITIALIZERS, filled)
    both = tf.initialize_all_tables("both")
    assert both.name == "both" and both.control_inputs == [filled]

"""What of a graph a run took (`RunMetadata.partition_graphs`), as in session_scenarios."""

from session_scenarios import scenario


def taken(tf, session, fetches, feeds):
    """The nodes of the only partition, and what they read."""
    metadata = tf.RunMetadata()
    session.run(fetches, feeds, tf.RunOptions(output_partition_graphs=True), metadata)
    [graph] = metadata.partition_graphs
    return sorted([node.name, node.op, sorted(node.input)] for node in graph.node)


@scenario
def partitions(tf):
    with tf.Graph().as_default(), tf.Session() as session:
        with tf.name_scope("s"):
            a = tf.placeholder(tf.float32, [], "a")
        b = tf.placeholder(tf.float32, [], "b")
        parts = tf.split(tf.stack([a, b]), 2, name="parts")
        product = tf.multiply(parts[1], parts[0], name="product")
        v = tf.Variable(1.0, name="v", use_resource=True)
        change = v.assign_add(a, read_value=False)
        with tf.control_dependencies([change, b.op]):
            late = tf.identity(product, name="late")
        session.run(v.initializer)
        fed = {b: 1.0, a: 2.0}
        runs = [
            (product, fed),
            ([product, parts[0], product], {parts[1]: [3.0], **fed}),
            ([late, change], {product: [2.0], **fed}),
        ]
        runs += [([parts[0], a], fed), (change, fed)]
        return [taken(tf, session, *run) for run in runs]


@scenario
def partition_of_a_step(tf):
    """Names outside of gradients, whose ops TensorFlow folds and which are others for shapes of rows."""
    with tf.Graph().as_default(), tf.Session() as session:
        x, y = tf.placeholder(tf.float32, [None, 3], "x"), tf.placeholder(tf.float32, [None, 1], "y")
        w = tf.get_variable("w", [3, 1], initializer=tf.zeros_initializer())
        b = tf.get_variable("b", [1], initializer=tf.zeros_initializer())
        output = tf.matmul(x, w) + b
        loss = tf.reduce_mean(tf.square(output - y), name="loss")
        unused = tf.exp(output, name="unused")
        step = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
        start = tf.global_variables_initializer()
        rows = {x: [[1.0, 2.0, 3.0]], y: [[1.0]]}
        runs = [(start, None), ([step, loss], rows), (output, {x: rows[x]}), ({"a": unused}, {output: [[1.0]]})]
        found = [[name for name, _, _ in taken(tf, session, *run)] for run in runs]
        return [[n for n in names if not n.startswith(("gradients/", "ConstantFolding/"))] for names in found]

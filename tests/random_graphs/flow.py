"""Productions with bodies: branches, loops, functions over rows, recurrent networks."""

from random_graphs.pool import Entry, Skip, known, pinned

import minitf as tf


def grow(g, count):
    """Makes some productions in a scope; one that finds nothing makes none."""
    for _ in range(count):
        g.world.produce(g)


def grown(g, like, *entries):
    """Something computed in a body, in the shape of an entry."""
    inside = g.child(*entries)
    grow(inside, g.random.randint(0, 3))
    if not inside.looped:
        g.world.in_branches += [e.tensor for e in inside.added]
    inside.entries = [*entries, *inside.added] or inside.entries
    try:
        found = inside.pick(lambda e: e.dtype.is_floating and e.rank <= 4)
    except Skip:
        found = like
    return inside.fit(found, like)


# ---------------------------------------------------------------- branches


def predicate(g):
    if g.chance(0.1):
        return tf.constant(g.chance(0.5))
    if g.chance(0.5):
        return g.truth(lambda e: e.rank == 0).tensor
    i = g.integer(lambda e: e.rank == 0)
    return tf.less(i.tensor, g.random.randint(0, 4))


def view(g):
    """A part of a variable, copied nowhere."""
    v = g.one_of(g.world.variables or [g.variable((3, 2))])
    kind = g.random.randrange(7)
    if kind == 0 and v.rank:
        return Entry(v.tensor[g.random.randrange(v.shape[0])], v.shape[1:], 9.0)
    if kind == 1 and v.rank and v.shape[0] > 1:
        return Entry(v.tensor[1:], (v.shape[0] - 1, *v.shape[1:]), 9.0)
    if kind == 2:
        count = 1
        for n in v.shape:
            count *= n
        return Entry(tf.reshape(v.tensor, [-1]), (count,), 9.0)
    if kind == 3:
        return Entry(tf.expand_dims(v.tensor, 0), (1, *v.shape), 9.0)
    if kind == 4 and v.rank:
        return Entry(tf.unstack(v.tensor, v.shape[0])[-1], v.shape[1:], 9.0)
    if kind == 5 and v.rank and v.shape[0] > 1:
        return Entry(tf.split(v.tensor, [1, v.shape[0] - 1])[1], (v.shape[0] - 1, *v.shape[1:]), 9.0)
    return Entry(tf.identity(v.tensor), v.shape, 9.0)


def variable_view(g):
    v = view(g)
    g.add(v.tensor, v.shape, v.bound)


def cond(g):
    """Branches that return the same kind of thing: something computed, or a view as it is."""
    chosen = predicate(g)
    if g.chance(0.2):
        like = view(g)
        branches = [lambda: tf.identity(like.tensor) if g.chance(0.5) else like.tensor, lambda: grown(g, like)]
    else:
        like = g.float(lambda e: e.rank <= 4)
        branches = [lambda: grown(g, like), lambda: grown(g, like) if g.chance(0.7) else like.tensor]
    g.random.shuffle(branches)
    if g.chance(0.15):
        i = tf.cast(g.ids(3, lambda e: e.rank == 0).tensor, tf.int32)
        found = tf.switch_case(i, [*branches, branches[0]])
    else:
        found = tf.cond(chosen, *branches)
    g.add(found, like.shape, max(1.0, like.bound))


# ---------------------------------------------------------------- loops


def trips(g):
    """How often: a number, or a tensor of one."""
    if g.chance(0.5):
        return g.random.randint(0, 4)
    return tf.floormod(g.integer(lambda e: e.rank == 0 and e.dtype == tf.int32).tensor, 4)


def while_loop(g):
    like, n = g.float(lambda e: e.rank <= 3), trips(g)
    also = g.float(lambda e: e.rank <= 3)
    options = {"back_prop": g.chance(0.95), "parallel_iterations": g.random.randint(1, 10)}
    if g.chance(0.2):
        options["maximum_iterations"] = g.random.randint(1, 5)

    def body(i, a, b):
        counter = Entry(i, (), None, True)
        a, b = Entry(a, like.shape), Entry(b, also.shape)
        return i + 1, grown(g, a, a, b, counter), grown(g, b, b, a, counter) if g.chance(0.6) else b.tensor

    first = [tf.constant(0), tf.tanh(pinned(like)), tf.tanh(pinned(also))]
    shapes = [tf.TensorShape([]), *(tf.TensorShape([n if known(n) else None for n in e.shape]) for e in (like, also))]
    i, a, b = tf.while_loop(lambda i, a, b: i < n, body, first, shapes, **options)
    g.add(a, like.shape)
    g.add(b, also.shape)
    g.add(i, (), None, True)


def array_loop(g):
    """Rows read from one TensorArray and written to another."""
    x = g.float(rank=1)
    count = tf.shape(x.tensor)[0]
    rows = tf.TensorArray(x.dtype, size=count, clear_after_read=False).unstack(x.tensor)
    out = tf.TensorArray(x.dtype, size=count)
    row = Entry(None, x.shape[1:])

    def body(i, state, out):
        e, s = Entry(rows.read(i), row.shape), Entry(state, row.shape)
        state = grown(g, s, e, s, Entry(i, (), None, True))
        return i + 1, state, out.write(i, state + e.tensor)

    shape = tf.TensorShape([n if known(n) else None for n in row.shape])
    zero = tf.reduce_sum(tf.zeros_like(pinned(x)), 0)
    _, state, out = tf.while_loop(
        lambda i, *_: i < count, body, [tf.constant(0), zero, out], [tf.TensorShape([]), shape, tf.TensorShape(None)]
    )
    g.add(state, row.shape)
    if known(x.shape[0]) and x.shape[0] > 1 and g.chance(0.3):
        g.add(out.gather([0, x.shape[0] - 1]), (2, *row.shape), 1 + x.bound)
    elif row.shape and g.chance(0.3):
        g.add(out.concat(), (g.world.new_size(), *row.shape[1:]), 1 + x.bound)
    else:
        g.add(out.stack(), x.shape, 1 + x.bound)


def over_rows(g):
    x = g.float(lambda e: e.shape[0] != 0, rank=1)
    row = x.shape[1:]
    kind = g.one_of(["map", "map", "scan", "foldl", "foldr"])
    t = pinned(x)
    if kind == "map":
        found = tf.map_fn(lambda e: grown(g, Entry(e, row), Entry(e, row)), t)
        g.add(found, x.shape)
        return
    first = tf.zeros_like(t[0]) if g.chance(0.5) else None

    def step(a, e):
        a, e = Entry(a, row), Entry(e, row)
        return grown(g, a, a, e)

    found = getattr(tf, kind)(step, t, first)
    g.add(found, x.shape if kind == "scan" else row, max(1.0, x.bound))


# ---------------------------------------------------------------- recurrent networks

CELLS = {
    "rnn": tf.nn.rnn_cell.BasicRNNCell,
    "gru": tf.nn.rnn_cell.GRUCell,
    "lstm": tf.nn.rnn_cell.BasicLSTMCell,
    "peepholes": lambda n: tf.nn.rnn_cell.LSTMCell(n, use_peepholes=True),
    "projected": lambda n: tf.nn.rnn_cell.LSTMCell(n, num_proj=n),
    "normed": lambda n: tf.contrib.rnn.LayerNormBasicLSTMCell(max(n, 4)),
    "two": lambda n: tf.nn.rnn_cell.MultiRNNCell([tf.nn.rnn_cell.GRUCell(3), tf.nn.rnn_cell.BasicLSTMCell(n)]),
    "dropout": lambda n: tf.nn.rnn_cell.DropoutWrapper(tf.nn.rnn_cell.GRUCell(n), 0.8, 0.7, seed=5),
    "residual": lambda n: tf.nn.rnn_cell.ResidualWrapper(tf.nn.rnn_cell.BasicRNNCell(n)),
}


def sequence(g):
    """Inputs of a network: [batch, time, width]."""
    x = g.float(lambda e: e.rank == 3 and known(e.shape[2]) and 0 < e.shape[2] < 9)
    return x, pinned(x)


def new_cell(g, width):
    kind = g.one_of(CELLS)
    n = width if kind == "residual" else g.random.randint(1, 5)
    return CELLS[kind](n), max(n, 4) if kind == "normed" else n


def lengths(g, x):
    if not known(x.shape[1]) or g.chance(0.5):
        return None
    return tf.cast(pinned(g.ids(x.shape[1] + 1, lambda e: e.shape == x.shape[:1])), tf.int32)


def dynamic_rnn(g):
    x, t = sequence(g)
    n = lengths(g, x)
    cell, units = new_cell(g, x.shape[2])
    with tf.variable_scope(f"rnn{len(tf.global_variables())}_{g.random.randrange(10**6)}"):
        if g.chance(0.2):
            other, more = new_cell(g, x.shape[2])
            found, _ = tf.nn.bidirectional_dynamic_rnn(cell, other, t, n, dtype=x.dtype)
            g.add(tf.concat(found, 2), (*x.shape[:2], units + more), 2.0)
            return
        if g.chance(0.3):
            found, state = tf.nn.dynamic_rnn(cell, tf.transpose(t, [1, 0, 2]), n, dtype=x.dtype, time_major=True)
            g.add(found, (x.shape[1], x.shape[0], units), 2.0)
        else:
            found, state = tf.nn.dynamic_rnn(cell, t, n, dtype=x.dtype, swap_memory=g.chance(0.1))
            g.add(found, (*x.shape[:2], units), 2.0)
    last = tf.contrib.framework.nest.flatten(state)[-1]
    g.add(last, (x.shape[0], units), 2.0)


def static_rnn(g):
    x, t = sequence(g)
    if not known(x.shape[1]) or not 0 < x.shape[1] < 7:
        raise Skip
    n = lengths(g, x)
    cell, units = new_cell(g, x.shape[2])
    with tf.variable_scope(f"rnn{len(tf.global_variables())}_{g.random.randrange(10**6)}"):
        found, _ = tf.nn.static_rnn(cell, tf.unstack(t, axis=1), dtype=x.dtype, sequence_length=n)
    g.add(found[-1], (x.shape[0], units), 2.0)
    g.add(tf.stack(found, 1), (*x.shape[:2], units), 2.0)


# ---------------------------------------------------------------- order


def after(g):
    """Ops that wait for others: in the same place, outside of it, or in a branch."""
    inside = g.world.in_branches
    first = g.one_of(inside) if inside and g.chance(0.3) else g.pick(lambda e: True).tensor
    x = g.float()
    with tf.control_dependencies([first]):
        if g.chance(0.5):
            g.add(tf.identity(x.tensor), x.shape, x.bound, x.exact)
        else:
            grow(g, g.random.randint(1, 2))


def _gradient(y, x):
    try:
        return tf.gradients(tf.tanh(y), x)[0]
    except ValueError as error:
        if "inside of a loop" in str(error):  # what other trips make of it is not known
            raise Skip from None
        raise


def gradient_here(g):
    """The gradient of something with respect to something, wherever this is."""
    y = g.float()
    x = g.one_of([*g.world.variables, g.float()]) if g.world.variables else g.float()
    found = _gradient(y.tensor, x.tensor)
    if found is None:
        raise Skip
    g.add(tf.tanh(tf.convert_to_tensor(found)), x.shape)


PRODUCTIONS = {
    cond: 4,
    while_loop: 3,
    array_loop: 2,
    over_rows: 3,
    dynamic_rnn: 4,
    static_rnn: 2,
    after: 2,
    gradient_here: 2,
    variable_view: 3,
}

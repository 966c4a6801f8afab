"""Programs in which an op outside of a branch waits for one inside of it, or takes its value.

TensorFlow 1 runs them too. `target` is what is waited for, `waiter` how, `place` where the waiter is. `p`
decides the cond in which the target is, `q` the others.
"""

import itertools

TARGETS = ("true", "false", "tensor", "nested", "after", "group", "loop", "branch_in_loop")
WAITERS = ("assign", "const", "noop", "identity", "group", "tuple", "value", "cond", "while", "train", "twice")
PLACES = ("root", "other", "outer", "body", "sibling", "dead")

FETCHES = ("cond", "other", "outer", "loop", "waiter", "op")
IDS = ["-".join(parts) for parts in itertools.product(TARGETS, WAITERS, PLACES)]


class Program:
    """One of the programs, in the default graph of `tf`."""

    def __init__(self, tf, id):
        self.tf, (target, self.waiter, place) = tf, id.split("-")
        self.p, self.q = (tf.placeholder_with_default(True, [], name=n) for n in "pq")
        self.v, self.w, self.u = (tf.Variable(1.0, name=n) for n in "vwu")
        self.inner = None
        self.fetches = {}
        getattr(self, f"in_{place}")(getattr(self, f"target_{target}"))

    # ---- what is waited for: makes a cond and notes the op or tensor inside of it

    def cond(self, true, false):
        return self.tf.cond(self.p, true, false, name="first")

    def add(self):
        self.inner = self.v.assign_add(1.0)
        return self.tf.constant(3.0)

    def other_way(self):
        return self.tf.constant(4.0)

    def target_true(self, waiter=None):
        return self.cond(self.add, waiter or self.other_way)

    def target_false(self, waiter=None):
        if waiter is not None:
            raise NotImplementedError("the waiter would be made before what it waits for")
        return self.cond(self.other_way, self.add)

    def target_tensor(self, waiter=None):
        def true():
            self.inner = self.tf.identity(self.v * 2.0)
            return self.inner + 1.0

        return self.cond(true, waiter or self.other_way)

    def target_nested(self, waiter=None):
        return self.cond(lambda: self.tf.cond(self.q, self.add, self.other_way), waiter or self.other_way)

    def target_after(self, waiter=None):
        def true():
            inner = self.tf.cond(self.q, self.add, self.other_way)
            with self.tf.control_dependencies([self.inner]):
                self.inner = self.v.assign_add(10.0)
            return inner

        return self.cond(true, waiter or self.other_way)

    def target_group(self, waiter=None):
        def true():
            self.inner = self.tf.group(self.v.assign_add(1.0), self.u.assign_add(1.0))
            return self.tf.constant(3.0)

        return self.cond(true, waiter or self.other_way)

    def target_loop(self, waiter=None):
        def body(i):
            self.add()
            return i + 1.0

        return self.cond(lambda: self.tf.while_loop(lambda i: i < 3.0, body, [0.0]), waiter or self.other_way)

    def target_branch_in_loop(self, waiter=None):
        def body(i, x):
            return i + 1.0, x + self.tf.cond(i < 2.0, self.add, self.other_way)

        if waiter is not None:
            raise NotImplementedError("there is no other branch")
        return self.tf.while_loop(lambda i, x: i < 3.0, body, [0.0, 0.0])[1]

    # ---- where the waiter is

    def in_root(self, target):
        self.fetches["cond"] = target()
        self.wait()

    def in_other(self, target):
        self.fetches["cond"] = target()
        self.fetches["other"] = self.tf.cond(self.q, self.waiting, lambda: self.tf.constant(5.0))

    def in_outer(self, target):
        """All of it in a branch."""

        def true():
            first = target()
            return first + self.waiting()

        self.fetches["outer"] = self.tf.cond(self.q, true, lambda: self.tf.constant(5.0))

    def in_body(self, target):
        """All of it in the body of a loop that runs twice."""

        def body(i, x):
            first = target()
            return i + 1, x + first + self.waiting()

        self.fetches["loop"] = self.tf.while_loop(lambda i, x: i < 2, body, [0, 0.0], parallel_iterations=1)[1]

    def in_sibling(self, target):
        self.fetches["cond"] = target(self.waiting)

    def in_dead(self, target):
        """The cond that holds the target waits for one that may be dead itself."""
        inside = []
        other = self.tf.cond(
            self.q,
            lambda: inside.append(self.u.assign_add(1.0)) or self.tf.constant(1.0),
            lambda: self.tf.constant(2.0),
        )
        with self.tf.control_dependencies([inside[0]]):
            self.fetches["cond"] = target()
        self.fetches["other"] = other
        self.wait()

    # ---- how it waits

    def waiting(self):
        """A number that is there only if the waiter ran."""
        made = self.wait()
        if hasattr(made, "dtype"):
            return self.tf.identity(made)
        with self.tf.control_dependencies([made]):
            return self.tf.constant(100.0)

    def wait(self):
        made = getattr(self, f"wait_{self.waiter}")(self.inner)
        self.fetches["waiter"] = made
        self.fetches["op"] = made.op if hasattr(made, "dtype") else made
        return made

    def wait_assign(self, inner):
        with self.tf.control_dependencies([inner]):
            return self.w.assign_add(2.0)

    def wait_const(self, inner):
        with self.tf.control_dependencies([inner]):
            return self.tf.constant(7.0) * 2.0

    def wait_noop(self, inner):
        with self.tf.control_dependencies([inner]):
            return self.tf.no_op()

    def wait_identity(self, inner):
        with self.tf.control_dependencies([inner]):
            return self.tf.identity(self.w)

    def wait_group(self, inner):
        return self.tf.group(inner, self.w.assign_add(2.0))

    def wait_tuple(self, inner):
        return self.tf.tuple([self.w * 3.0], control_inputs=[inner])[0]

    def wait_value(self, inner):
        return inner * self.w if hasattr(inner, "dtype") else self.wait_const(inner)

    def wait_cond(self, inner):
        with self.tf.control_dependencies([inner]):
            return self.tf.cond(self.q, lambda: self.w.assign_add(2.0), lambda: self.tf.constant(8.0))

    def wait_while(self, inner):
        with self.tf.control_dependencies([inner]):
            return self.tf.while_loop(lambda x: x < 3.0, lambda x: x + 1.0, [0.0])

    def wait_train(self, inner):
        with self.tf.control_dependencies([inner]):
            return self.tf.train.GradientDescentOptimizer(0.5).apply_gradients([(self.w * 3.0, self.w)])

    def wait_twice(self, inner):
        """One that waits for a waiter, and once more for the op itself."""
        with self.tf.control_dependencies([self.tf.group(inner)]):
            made = self.w.assign_add(2.0)
        made.op._add_control_input(inner.op if hasattr(inner, "dtype") else inner)
        return made


def outcomes(tf, id):
    """What building and running a program gives: for each fetch a row for each pair of values of p and q.

    A row is the result and the variables v, w and u after it. Errors are the names of their classes.
    """
    try:
        program = Program(tf, id)
    except (ValueError, TypeError) as error:
        return type(error).__name__
    with tf.Session() as session:
        return {
            name: [_row(tf, session, program, name, p, q) for p, q in itertools.product((True, False), repeat=2)]
            for name in FETCHES
            if name in program.fetches
        }


def _row(tf, session, program, name, p, q):
    session.run([variable.initializer for variable in (program.v, program.w, program.u)])
    try:
        result = session.run(program.fetches[name], {program.p: p, program.q: q})
        result = "-" if result is None else f"{result:g}"
    except (tf.errors.OpError, ValueError) as error:
        result = type(error).__name__
    return " ".join([result, *[f"{x:g}" for x in session.run([program.v, program.w, program.u])]])

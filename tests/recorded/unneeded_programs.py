"""Programs in which ops of branches and bodies take what an op outside changes, or wait for it.

TensorFlow 1 runs them too: what only unneeded ops take is not run. `body` says what the effect stands beside,
`use` how the ops inside use it, `needed` whether they are.
"""

import itertools

BODIES = ("true", "false", "loop", "condition", "carry", "scan", "nested", "branch_in_loop", "loop_in_branch")
USES = ("capture", "wait", "both")
NEEDED = ("needed", "unneeded", "other_result")
IDS = ["-".join(parts) for parts in itertools.product(BODIES, USES, NEEDED)]


class Program:
    """One of the programs, in the default graph of `tf`: `fetches`, and the variable `v` that changes."""

    def __init__(self, tf, id):
        self.tf, (body, self.use, self.needed) = tf, id.split("-")
        self.p, self.q = (tf.placeholder_with_default(True, [], name=n) for n in "pq")
        self.v = tf.Variable(1.0, name="v")
        self.effect = self.v.assign_add(1.0)
        first, second = getattr(self, f"in_{body}")()
        self.fetches = {"first": first, "second": second, "op": first.op}

    def inside(self):
        """Ops that use the effect; returns two results, of which the second one needs them if any does."""
        tf = self.tf
        if self.use == "capture":
            used = self.effect * 2.0
        elif self.use == "wait":
            with tf.control_dependencies([self.effect.op]):
                used = tf.constant(2.0) * 3.0
        else:
            with tf.control_dependencies([self.effect.op]):
                used = tf.identity(self.effect) * 3.0
        return tf.constant(5.0), used + 1.0 if self.needed != "unneeded" else tf.constant(6.0)

    def chosen(self, pair):
        """Both results from what is inside: of "needed" the first one needs it as well."""
        return (pair[0] + pair[1], pair[1]) if self.needed == "needed" else pair

    def plain(self):
        return self.tf.constant(7.0), self.tf.constant(8.0)

    def in_true(self):
        return self.tf.cond(self.p, lambda: self.chosen(self.inside()), self.plain)

    def in_false(self):
        return self.tf.cond(self.p, self.plain, lambda: self.chosen(self.inside()))

    def in_loop(self, test=lambda i, a, b: i < 3):
        def body(i, a, b):
            first, second = self.chosen(self.inside())
            return i + 1, a + first, b + second

        return self.tf.while_loop(test, body, [0, 0.0, 0.0])[1:]

    def in_condition(self):
        def test(i, a, b):
            second = self.inside()[1]
            return self.tf.cast(i, "float32") < (second if self.needed == "needed" else 3.0)

        return self.tf.while_loop(test, lambda i, a, b: (i + 1, a + 1.0, b + 2.0), [0, 0.0, 0.0])[1:]

    def in_carry(self):
        """The effect's value goes in as a loop variable."""
        start = self.chosen(self.inside())[1]
        body = lambda i, a, b: (i + 1, a + 1.0, b * 2.0)  # noqa: E731
        return self.tf.while_loop(lambda i, a, b: i < 3, body, [0, 0.0, start])[1:]

    def in_scan(self):
        def step(state, x):
            first, second = self.chosen(self.inside())
            return state[0] + x * first, state[1] + x * second

        return self.tf.scan(step, self.tf.constant([1.0, 2.0]), (0.0, 0.0))

    def in_nested(self):
        inner = lambda: self.tf.cond(self.q, lambda: self.chosen(self.inside()), self.plain)  # noqa: E731
        return self.tf.cond(self.p, inner, self.plain)

    def in_branch_in_loop(self):
        def body(i, a, b):
            branch = lambda: self.chosen(self.inside())  # noqa: E731
            first, second = self.tf.cond(self.tf.equal(i, 1), branch, self.plain)
            return i + 1, a + first, b + second

        return self.tf.while_loop(lambda i, a, b: i < 3, body, [0, 0.0, 0.0])[1:]

    def in_loop_in_branch(self):
        return self.tf.cond(self.p, lambda: tuple(self.in_loop()), self.plain)


def outcomes(tf, id):
    """What each fetch gives for each p and q, and what v is then; the name of an error's class."""
    with tf.Graph().as_default():
        program = Program(tf, id)
        start = tf.global_variables_initializer()
        found = {}
        with tf.Session() as session:
            for (name, fetch), p, q in itertools.product(program.fetches.items(), (True, False), (True, False)):
                session.run(start)
                value = session.run(fetch, {program.p: p, program.q: q})
                value = None if value is None else [float(x) for x in value.reshape(-1)]
                found[f"{name} {p:d}{q:d}"] = [value, float(session.run(program.v))]
        return found


if __name__ == "__main__":  # the facts, printed by TensorFlow 1.15
    import json

    import tensorflow

    print(json.dumps({id: outcomes(tensorflow, id) for id in IDS}))

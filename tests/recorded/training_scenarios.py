"""tf.contrib.training as programs of `tf`, as in session_scenarios."""

import os
import tempfile

from session_scenarios import events, files, model, raised, scenario


def hparams(tf):
    return tf.contrib.training.HParams(a=1, b=0.5, c="x", d=[1, 2], e=True, f=None, g=["p", "q"], h=[0.5])


PARSED = """a=3|a=3,b=2|b=1e-3|c=hello|c=a b|c=|d=[3,4,5]|d=[]|d=5|d[0]=7|d[1]=7,d[0]=9|e=false|e=0|e=1
e=True|e=maybe|a=1.5|a=x|zz=1|g=[u,v]|g[0]=z|h=[1,2]|a=1,a=2|a=[1]|c=x y,z|a=3 b=4|a|a=|c=[1,2]|b=abc|a= 5
d=[1.5]|e=[true]|a=1,|c=a=b|c='q'|d=[3, 4]|d=[3 4]|a=1;b=2|=|a==1""".replace("\n", "|").split("|")
SET = [
    ["a", 3],
    ["a", 2.0],
    ["a", "3"],
    ["a", True],
    ["b", 3],
    ["b", "x"],
    ["c", 3],
    ["c", "y"],
    ["c", None],
    ["d", [5]],
    ["d", 5],
    ["d", ["x"]],
    ["e", False],
    ["e", 1],
    ["f", 3],
    ["zz", 1],
    ["a", [1]],
]


def changed(tf, change):
    h = hparams(tf)
    error = raised(change, h)
    return error or h.values()


@scenario
def hparams_are_parsed(tf):
    return [[text, changed(tf, lambda h, t=text: h.parse(t))] for text in PARSED]


@scenario
def hparams_are_set(tf):
    return [[row, changed(tf, lambda h, r=row: h.set_hparam(*r))] for row in SET]


@scenario
def hparams_otherwise(tf):
    h = hparams(tf)
    h.a = 9
    got = [h.get("a"), h.get("zz"), h.get("zz", 3), h.get("d", [3]), h.get("f", 3)]
    got += [raised(h.get, "a", 2.5), raised(h.get, "a", "x"), raised(h.get, "d", 1)]
    parse = tf.contrib.training.parse_values
    return [
        changed(tf, lambda h: h.override_from_dict({"a": 5, "d": [1]})),
        changed(tf, lambda h: h.parse_json('{"a": 7, "g": []}')),
        changed(tf, lambda h: h.add_hparam("a", 1)),
        changed(tf, lambda h: h.add_hparam("n", 1)),
        changed(tf, lambda h: h.add_hparam("n", [])),
        changed(tf, lambda h: h.add_hparam("values", 1)),
        changed(tf, lambda h: h.del_hparam("a")),
        got,
        h.to_json(),
        h.to_json(indent=1, sort_keys=True),
        str(h),
        repr(h),
        "a" in h,
        "z" in h,
        parse("a=1,b[1]=2,c=x", {"a": int, "b": int, "c": str}),
        parse("z=1", {}, ignore_unknown=True),
        parse("a=[1,2],b[0]=1,b[1]=2", {"a": int, "b": int}),
        raised(parse, "b[0]=1,b[0]=2", {"b": int}),
        raised(parse, "b[0]=[1]", {"b": int}),
        raised(parse, "b=1,b[0]=2", {"b": int}),
    ]


def described(ops):
    return [[op.name, op.type, [c.name for c in op.control_inputs]] for op in ops]


@scenario
def train_ops(tf):
    found, t = [], tf.contrib.training
    for options in (
        {},
        {"check_numerics": False, "global_step": None},
        {"transform_grads_fn": t.clip_gradient_norms_fn(1.0), "summarize_gradients": True},
    ):
        tf.reset_default_graph()
        w = tf.Variable([1.0, 2.0], name="w")
        loss = tf.reduce_sum(w * w)
        tf.add_to_collection(tf.GraphKeys.UPDATE_OPS, tf.no_op(name="update"))
        op = t.create_train_op(loss, tf.train.GradientDescentOptimizer(0.1), **options)
        ops = tf.get_default_graph().get_operations()
        found.append(
            [
                op.name,
                len(tf.get_collection("train_op")),
                [
                    d
                    for d in described(ops)
                    if "/clip" not in d[0] and d[1] != "HistogramSummary" and "gradient" not in d[0]
                ],
            ]
        )
    return found


@scenario
def train_until_a_hook_stops(tf):
    folder, t = tempfile.mkdtemp(), tf.contrib.training
    w = tf.Variable([1.0, 2.0], name="w")
    op = t.create_train_op(tf.reduce_sum(w * w), tf.train.GradientDescentOptimizer(0.25))
    t.train(op, folder, hooks=[tf.train.StopAtStepHook(3)], save_summaries_steps=None)
    missing = raised(t.train, op, None)
    value = tf.train.load_variable(folder, "w").tolist()
    return [value, files(folder), missing]


@scenario
def evaluate_checkpoints(tf):
    folder, t = tempfile.mkdtemp(), tf.contrib.training
    w, train = model(tf)
    saver = tf.train.Saver()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for step in range(1, 3):
            sess.run(train)
            path = saver.save(sess, folder + "/m", global_step=step)
    count = tf.Variable(0, collections=[tf.GraphKeys.LOCAL_VARIABLES], trainable=False)
    final = [w, count, t.get_or_create_eval_step()]
    more, logs = count.assign_add(1), tempfile.mkdtemp()
    hooks = [t.StopAfterNEvalsHook(3), t.SummaryAtEndHook(logs)]
    once = t.evaluate_once(path, eval_ops=more, final_ops=final, hooks=hooks)
    tf.summary.FileWriterCache.clear()
    seen = [e for e in events(tf, logs) if e[0] == "summary"]
    last = t.evaluate_repeatedly(
        folder,
        eval_ops=more,
        final_ops=final,
        hooks=[t.StopAfterNEvalsHook(2)],
        eval_interval_secs=0,
        max_number_of_evaluations=1,
    )
    none = t.evaluate_repeatedly(tempfile.mkdtemp(), final_ops=w, timeout=0, timeout_fn=lambda: True)
    return [[float(v) for v in once], seen, [float(v) for v in last], none is None]


@scenario
def new_checkpoints(tf):
    folder, seen = tempfile.mkdtemp(), []
    tf.Variable(1.0)
    saver = tf.train.Saver()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        path = saver.save(sess, folder + "/m")
        for found in tf.train.checkpoints_iterator(folder, timeout=0):
            seen.append(os.path.basename(found))
            if len(seen) < 3:
                saver.save(sess, folder + f"/m{len(seen)}")
    wait = tf.contrib.training.wait_for_new_checkpoint
    return [seen, wait(folder, path, timeout=0) == folder + "/m2", wait(folder, folder + "/m2", timeout=0)]


@scenario
def gradients_multiplied(tf):
    w, u = tf.Variable(1.0, name="w"), tf.Variable(1.0, name="u")
    pairs, times = [(tf.constant(2.0), w), (tf.constant(3.0), u)], tf.contrib.training.multiply_gradients
    with tf.Session() as sess:
        found = [sess.run([g for g, _ in times(pairs, factors)]) for factors in ({w: 5.0}, {"u": 0.5})]
    return [
        [[float(v) for v in values] for values in found],
        raised(times, [], {w: 1.0}),
        raised(times, pairs, {}),
        raised(times, [(None, w)], {w: 1.0}),
    ]

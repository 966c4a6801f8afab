"""Checkpoints of objects as programs of `tf`, as in session_scenarios."""

import os
import re
import tempfile
from pathlib import Path

import numpy as np
from session_scenarios import scenario


def _tried(function, *args, **kwargs):
    try:
        found = function(*args, **kwargs)
    except Exception as error:
        return next(c.__name__ for c in type(error).__mro__ if c.__module__ == "builtins" or "errors" in c.__module__)
    return "done" if found is None else type(found).__name__


def _shapes(tf, path):
    found = tf.train.NewCheckpointReader(path).get_variable_to_shape_map()
    return sorted([key, shape] for key, shape in found.items())


def _model(tf, kind=None):
    """Variables, a layer, an optimizer and its training op."""
    v, w = tf.get_variable("v", [2]), tf.get_variable("w", [2], use_resource=True)
    layer, optimizer = tf.layers.Dense(3), (kind or tf.train.AdamOptimizer)(0.1)
    loss = tf.reduce_sum(layer(tf.reshape(v, [1, 2]))) + tf.reduce_sum(v * w)
    step = tf.train.get_or_create_global_step()
    return {"v": v, "w": w, "layer": layer, "optimizer": optimizer, "step": step}, optimizer.minimize(loss, step)


@scenario
def objects_saved(tf):
    """Keys, states and paths."""
    folder, found = tempfile.mkdtemp(), []
    objects, train = _model(tf)
    checkpoint = tf.train.Checkpoint(**objects)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(train)
        paths = [checkpoint.save(f"{folder}/m", session=session) for _ in range(2)]
        paths.append(checkpoint.write(f"{folder}/w", session=session))
        found += [os.path.relpath(p, folder) for p in paths]
        found += [_shapes(tf, paths[0]), session.run(checkpoint.save_counter).item()]
        found.append(checkpoint.save_counter.op.name)
        found.append(checkpoint.save_counter in tf.global_variables())
        state = tf.train.get_checkpoint_state(folder)
        found.append([os.path.relpath(p, folder) for p in state.all_model_checkpoint_paths])
        found.append(Path(folder, "checkpoint").read_text().splitlines()[0])
        values = session.run([objects["v"], objects["layer"].kernel, objects["step"]])
        session.run(train)
        status = checkpoint.restore(paths[0])
        found += [_tried(status.assert_consumed), _tried(status.assert_existing_objects_matched)]
        found += [_tried(status.run_restore_ops, session)]
        again = session.run([objects["v"], objects["layer"].kernel, objects["step"]])
        found.append([np.array_equal(a, b) for a, b in zip(values, again)])
        found.append(session.run(checkpoint.save_counter).item())
        found.append(os.path.relpath(checkpoint.save(f"{folder}/m", session=session), folder))
    return found


@scenario
def objects_of_kinds(tf):
    """The keys of layers, cells, optimizers and checkpoints within each other."""
    found = []
    cells = tf.nn.rnn_cell

    def of_a_cell(cell):
        cell(tf.zeros([1, 2]), cell.zero_state(1, tf.float32))
        return {"cell": cell}

    def of_a_layer(layer, shape):
        layer(tf.zeros(shape))
        return {"layer": layer}

    def shared():
        v = tf.get_variable("v", [])
        return {"a": v, "b": tf.train.Checkpoint(x=v, y=tf.get_variable("y", [])), "c": v}

    def odd():
        checkpoint = tf.train.Checkpoint(**{"b.c": tf.get_variable("v", [1])})
        setattr(checkpoint, "a/b", tf.get_variable("u", [2]))
        return {"deep": checkpoint}

    for make in (
        lambda: of_a_cell(cells.BasicLSTMCell(3)),
        lambda: of_a_cell(cells.GRUCell(3)),
        lambda: of_a_cell(cells.LSTMCell(3, use_peepholes=True, num_proj=2)),
        lambda: of_a_layer(tf.layers.BatchNormalization(), [2, 3]),
        lambda: of_a_layer(tf.layers.SeparableConv2D(2, 3), [1, 5, 5, 2]),
        lambda: _model(tf, lambda rate: tf.train.MomentumOptimizer(rate, 0.5))[0],
        lambda: _model(tf, tf.train.GradientDescentOptimizer)[0],
        lambda: _model(tf, tf.train.RMSPropOptimizer)[0],
        shared,
        odd,
    ):
        with tf.Graph().as_default(), tf.Session() as session:
            checkpoint = tf.train.Checkpoint(**make())
            session.run(tf.global_variables_initializer())
            found.append(_shapes(tf, checkpoint.write(tempfile.mkdtemp() + "/m", session=session)))
    return found


@scenario
def objects_restored(tf):
    """Into fewer, more and other objects: what the assertions say, and the values."""
    path, found = tempfile.mkdtemp() + "/m", []
    with tf.Session() as session:
        objects, train = _model(tf)
        saved = tf.train.Checkpoint(**objects)
        session.run(tf.global_variables_initializer())
        session.run(train)
        path = saved.save(path, session=session)
        expected = session.run([objects["v"], objects["w"], objects["layer"].kernel])

    def fresh(change):
        with tf.Graph().as_default(), tf.Session() as session:
            objects, train = _model(tf)
            change(objects)
            checkpoint = tf.train.Checkpoint(**objects)
            status = checkpoint.restore(path)
            said = [_tried(status.assert_consumed), _tried(status.assert_existing_objects_matched)]
            said += [_tried(status.assert_nontrivial_match), _tried(status.initialize_or_restore, session)]
            parts = [objects.get("v"), objects.get("w"), getattr(objects.get("layer"), "kernel", None)]
            for part, value in zip(parts, expected):
                said.append(None if part is None else bool(np.array_equal(session.run(part), value)))
            _tried(session.run, train)
            return said

    def without(name):
        return lambda objects: objects.pop(name)

    def added(objects):
        objects["more"] = tf.get_variable("more", [2], initializer=tf.ones_initializer())

    def renamed(objects):
        objects["other"] = objects.pop("v")

    def swapped(objects):
        objects["v"], objects["w"] = objects["w"], objects["v"]

    for change in (lambda objects: None, without("v"), without("optimizer"), without("layer"), added, renamed, swapped):
        found.append(fresh(change))
    return found


@scenario
def objects_refused(tf):
    v = tf.get_variable("v", [2], initializer=tf.ones_initializer())
    checkpoint, found = tf.train.Checkpoint(v=v), []
    for wrong in ([v], {"a": v}, 3, "x", tf.constant(1.0), tf.train.Saver, None):
        found.append(_tried(tf.train.Checkpoint, v=wrong))
    with tf.Session() as session:
        found.append(_tried(checkpoint.restore, "/nowhere/m"))
        status = checkpoint.restore(None)
        found += [_tried(getattr(status, name)) for name in ("assert_consumed", "assert_existing_objects_matched")]
        found += [_tried(status.assert_nontrivial_match), _tried(status.run_restore_ops, session)]
        found += [_tried(status.initialize_or_restore, session), session.run(v).tolist()]
        path = tempfile.mkdtemp() + "/m"
        named = tf.train.Saver().save(session, path)
        session.run(v.assign([5.0, 5.0]))
        status = checkpoint.restore(named)
        found += [_tried(status.run_restore_ops, session), session.run(v).tolist()]
    return found


@scenario
def objects_managed(tf):
    """Which checkpoints a manager keeps."""
    folder = tempfile.mkdtemp()
    v = tf.get_variable("v", [2], initializer=tf.ones_initializer())
    checkpoint, found = tf.train.Checkpoint(v=v), []
    manager = tf.train.CheckpointManager(checkpoint, folder + "/new", max_to_keep=2)
    found.append([manager.checkpoints, manager.latest_checkpoint])
    with tf.Session() as session:
        session.run([v.initializer, checkpoint.save_counter.initializer])
        for number in (None, None, None, 7):
            path = manager.save(checkpoint_number=number)
            kept = [os.path.relpath(p, folder) for p in manager.checkpoints]
            files = sorted({re.sub(r"\..*", "", name) for name in os.listdir(folder + "/new")})
            found.append([os.path.relpath(path, folder), kept, files])
        again = tf.train.CheckpointManager(checkpoint, folder + "/new", max_to_keep=1)
        found.append([os.path.relpath(p, folder) for p in again.checkpoints])
        again.save()
        found.append([os.path.relpath(p, folder) for p in again.checkpoints])
        found.append(os.path.relpath(tf.train.latest_checkpoint(folder + "/new"), folder))
    for wrong in ({"max_to_keep": 0}, {"max_to_keep": -1}):
        found.append(_tried(tf.train.CheckpointManager, checkpoint, folder, **wrong))
    everything = tf.train.CheckpointManager(checkpoint, folder + "/all", max_to_keep=None, checkpoint_name="mine")
    with tf.Session() as session:
        session.run([v.initializer, checkpoint.save_counter.initializer])
        found += [os.path.relpath(everything.save(), folder), len(everything.checkpoints)]
    return found

import os
import threading
import time

import pytest
from session_facts import check, names

import minitf as tf
from minitf.train.sessions import events


@pytest.mark.parametrize("name", names("supervisor", "basic_loop"))
def test_like_tensorflow(name):
    check(name)


def model():
    w = tf.Variable(0.0, name="w")
    tf.summary.scalar("loss", w)
    return tf.group(w.assign_add(1.0), tf.train.get_or_create_global_step().assign_add(1))


def test_threads_write_while_the_training_goes_on(tmp_path):
    train = model()
    sv = tf.train.Supervisor(logdir=tmp_path, save_summaries_secs=0.02, save_model_secs=0.02)
    with sv.managed_session() as sess:
        end = time.monotonic() + 10
        while len(sv.saver.last_checkpoints) < 2 and time.monotonic() < end:
            sess.run(train)
    tags, saved = set(), 0
    for event in tf.train.summary_iterator(next(tmp_path.glob("*tfevents*"))):
        tags |= {value.tag for value in event.summary.value}
        saved += event.session_log.status == 3
    assert tags == {"loss", "global_step/sec"} and saved >= 2
    assert tf.train.latest_checkpoint(tmp_path) == sv.saver.last_checkpoints[-1]
    assert not [t for t in threading.enumerate() if isinstance(t, tf.train.LooperThread)]


def test_a_thread_that_fails_ends_the_training(tmp_path):
    tf.summary.scalar("x", tf.placeholder(tf.float32, [], name="x"))
    sv = tf.train.Supervisor(logdir=tmp_path)
    with pytest.raises(tf.errors.InvalidArgumentError, match="no value was fed for"), sv.managed_session():
        sv.wait_for_stop()


def test_without_the_package_tensorboard_it_trains_all_the_same(tmp_path, monkeypatch):
    def missing(module):
        raise ImportError("tensorboard is missing")

    train = tf.Variable(0.0).assign_add(1.0)
    monkeypatch.setattr(events.protos, "tensorboard", missing)
    sv = tf.train.Supervisor(logdir=tmp_path)
    assert sv.summary_writer is None
    with sv.managed_session() as sess:
        sess.run(train)
        path = sv.saver.save(sess, sv.save_path)
    assert "graph.pbtxt" not in os.listdir(tmp_path) and tf.train.checkpoint_exists(path)
    with pytest.raises(RuntimeError, match="give the Supervisor a logdir"):
        sv.summary_computed(sess, b"")


def test_queue_runners_are_started_and_their_input_ends():
    number = tf.train.range_input_producer(3, num_epochs=1, shuffle=False).dequeue()
    sv, seen = tf.train.Supervisor(), []
    with sv.managed_session() as sess:
        while not sv.should_stop():
            seen.append(int(sess.run(number)))
    assert seen == [0, 1, 2]


def test_names_of_tensorflow_0():
    sv = tf.train.Supervisor()
    sess = sv.PrepareSession()
    assert not sv.ShouldStop() and sv.StartQueueRunners(sess) == []
    sv.RequestStop()
    sv.Stop()
    assert sv.ShouldStop()

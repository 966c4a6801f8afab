"""Clusters in one process: who shares variables and queues with whom, as in TensorFlow 1.15.5."""

import threading

import numpy as np
import pytest

import minitf as tf


def in_graph(work):
    with tf.Graph().as_default():
        return work()


def test_sessions_of_a_server_share_variables_by_name():
    server = tf.train.Server.create_local_server()
    v = tf.Variable(3, name="v")
    with tf.Session(server.target) as sess:
        sess.run(v.initializer)
        assert [d.name for d in sess.list_devices()] == ["/job:local/replica:0/task:0/device:CPU:0"]

    def other():
        w, wrong = tf.Variable(5, name="v"), None
        with tf.Session(server.target) as sess:
            assert sess.run(w) == 3 and sess.run(w.assign_add(1)) == 4
        with tf.Graph().as_default(), tf.Session(server.target) as sess:
            wrong = tf.Variable(5.0, name="v")
            with pytest.raises(tf.errors.InternalError, match="does not match the declared type float32"):
                sess.run(wrong)
        with tf.Graph().as_default(), tf.Session(server.target) as sess:
            wrong = tf.Variable([5], name="v")
            with pytest.raises(tf.errors.InvalidArgumentError, match=r"has shape \(\) in this cluster"):
                sess.run(wrong.initializer)
        assert tf.Session().run(tf.report_uninitialized_variables()).tolist() == [b"v"]

    in_graph(other)
    with tf.Session(server.target) as sess:
        assert sess.run(v) == 4
        tf.Session.reset(server.target)
        with pytest.raises(tf.errors.FailedPreconditionError, match="uninitialized variable: v"):
            sess.run(v)


def test_tasks_have_variables_of_their_own():
    workers, [ps] = tf.test.create_local_cluster(2, 1)
    with tf.device("/job:ps"):
        shared = tf.Variable(1, name="v")
    with tf.device("/job:worker/task:1"):
        second = tf.Variable(2, name="w")
    own = tf.Variable(3, name="u")
    with tf.Session(workers[0].target) as one, tf.Session(workers[1].target) as other:
        one.run(tf.global_variables_initializer())
        assert other.run([shared, second]) == [1, 2]
        assert other.run(tf.report_uninitialized_variables()).tolist() == [b"u"]
        other.run(own.initializer)
        one.run(own.assign(7))
        assert other.run(own) == 3
    with tf.device("/job:worker/task:2"):
        nowhere = tf.constant(1, name="x")
    with pytest.raises(tf.errors.InvalidArgumentError, match="Cannot assign a device for operation x"):
        tf.Session(ps.target).run(nowhere)


def test_queues_between_tasks():
    [producer, consumer], _ = tf.test.create_local_cluster(2, 0)
    found = []

    def consume():
        queue = tf.FIFOQueue(2, tf.int32, [[]], shared_name="q")
        with tf.device("/job:worker/task:0"):
            queue = tf.FIFOQueue(2, tf.int32, [[]], shared_name="q")
        with tf.Session(consumer.target) as sess:
            found.extend(sess.run(queue.dequeue()) for _ in range(2))

    thread = threading.Thread(target=in_graph, args=(consume,))
    thread.start()
    queue = tf.FIFOQueue(2, tf.int32, [[]], shared_name="q")
    with tf.Session(producer.target) as sess:
        for i in range(2):
            sess.run(queue.enqueue(i))
    thread.join()
    assert found == [0, 1]


def test_closing_one_session_leaves_the_others():
    server = tf.train.Server.create_local_server()
    queue = tf.FIFOQueue(1, tf.int32, [[]])
    one, other = tf.Session(server.target), tf.Session(server.target)
    one.close()
    other.run(queue.enqueue(5))
    assert other.run(queue.dequeue()) == 5
    with pytest.raises(RuntimeError, match="closed"):
        one.run(queue.size())


def test_a_monitored_session_waits_for_the_chief():
    [chief, worker], [ps] = tf.test.create_local_cluster(2, 1)
    steps = []

    def work(server, index):
        with tf.device(tf.train.replica_device_setter(1, worker_device=f"/job:worker/task:{index}")):
            step = tf.train.get_or_create_global_step()
            more = tf.assign_add(step, 1)
        hooks = [tf.train.StopAtStepHook(last_step=6)]
        with tf.train.MonitoredTrainingSession(server.target, is_chief=index == 0, hooks=hooks) as sess:
            while not sess.should_stop():
                steps.append(int(sess.run(more)))

    threads = [
        threading.Thread(target=in_graph, args=(lambda s=s, i=i: work(s, i),)) for i, s in ((1, worker), (0, chief))
    ]
    for thread in threads:
        thread.start()
    ps.join()  # until the workers are done
    assert not any(thread.is_alive() for thread in threads)
    assert sorted(steps)[:6] == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize(
    "make, error, message",
    [
        (lambda: tf.train.Server("x"), TypeError, "Could not convert `server_or_cluster_def`"),
        (lambda: tf.train.Server({"a": ["l:1"], "b": ["l:2"]}), ValueError, "explicit `job_name`"),
        (lambda: tf.train.Server({"a": ["l:1", "l:2"]}, "a"), ValueError, "explicit `task_index`"),
        (lambda: tf.train.Server({"a": ["l:1"]}, "z", 0), tf.errors.InternalError, '"z" was not defined'),
        (lambda: tf.train.Server({"a": ["l:1"]}, "a", 3), tf.errors.InvalidArgumentError, "Task 3 was not"),
        (lambda: tf.train.Server({"a": ["l:1"]}, protocol="x"), tf.errors.NotFoundError, "No server factory"),
        (lambda: tf.Session("grpc://nowhere:1"), tf.errors.FailedPreconditionError, "no server at grpc://nowhere:1"),
    ],
)
def test_errors(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_what_is_not_in_this_process():
    server = tf.train.Server({"worker": ["here:1"], "ps": ["far:2"]}, "worker", 0)
    with pytest.raises(tf.errors.FailedPreconditionError, match="not in this process: /job:ps/task:0 at far:2"):
        tf.Session(server.target)
    with pytest.raises(tf.errors.FailedPreconditionError, match="task 0 of job worker is alone"):
        server.join()
    with pytest.raises(tf.errors.UnknownError, match="Could not start gRPC server: here:1"):
        tf.train.Server({"worker": ["here:1"], "ps": ["far:2"]}, "worker", 0)
    late = tf.train.Server({"worker": ["here:3"]}, start=False)
    with pytest.raises(tf.errors.FailedPreconditionError, match="no server"):
        tf.Session(late.target)
    late.start()
    assert tf.Session(late.target).run(tf.constant(2)) == 2


def test_server_def():
    server = tf.train.Server({"a": ["h:11"]})
    made = server.server_def
    assert (made.job_name, made.task_index, made.protocol) == ("a", 0, "grpc")
    assert made.cluster.job[0].tasks[0] == "h:11" and server.target == "grpc://h:11"
    given = tf.train.ServerDef(cluster=tf.train.ClusterSpec({"a": ["h:12"]}).as_cluster_def(), job_name="a")
    assert tf.train.Server(given).target == "grpc://h:12"


def test_a_variable_is_as_large_in_every_session():
    server = tf.train.Server.create_local_server()
    v = tf.Variable(np.zeros(2), validate_shape=False)
    grow = tf.assign(v, tf.placeholder_with_default(np.ones(5), [None]), validate_shape=False)
    total = tf.reduce_sum(v)
    with tf.Session(server.target) as one, tf.Session(server.target) as other:
        one.run(v.initializer)
        assert other.run(total) == 0
        one.run(grow)
        assert other.run(total) == 5


def test_a_monitored_session_does_not_wait_for_another_process():
    server = tf.train.Server({"worker": ["here:5"], "ps": ["far:6"]}, "worker", 0)
    tf.train.get_or_create_global_step()
    with pytest.raises(tf.errors.FailedPreconditionError, match="not in this process"):
        tf.train.MonitoredTrainingSession(server.target)


def test_joining_does_not_wait_for_threads_that_have_nothing_to_do_with_the_cluster():
    done = threading.Event()
    bystander = threading.Thread(target=done.wait, args=(60,))
    bystander.start()
    try:
        _, [ps] = tf.test.create_local_cluster(1, 1)
        with pytest.raises(tf.errors.FailedPreconditionError, match="is alone in this process"):
            ps.join()
    finally:
        done.set()
        bystander.join()

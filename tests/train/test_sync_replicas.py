"""SyncReplicasOptimizer: graph and values as recorded from TensorFlow 1.15.5 with two workers."""

import threading

import numpy as np
import pytest

import minitf as tf

OPS = """
NoOp NoOp
sync_rep_local_step/initial_value Const
sync_rep_local_step VariableV2
sync_rep_local_step/Assign Assign
sync_rep_local_step/read Identity
Assign Assign
sync_replicas/conditional_accumulator ResourceConditionalAccumulator
sync_replicas/ResourceAccumulatorApplyGradient ResourceAccumulatorApplyGradient
sync_replicas/ResourceAccumulatorTakeGradient/num_required Const
sync_replicas/ResourceAccumulatorTakeGradient ResourceAccumulatorTakeGradient
sync_replicas/sparse_conditional_accumulator SparseConditionalAccumulator
sync_replicas/Cast Cast
sync_replicas/Cast_1 Cast
sync_replicas/SparseAccumulatorApplyGradient SparseAccumulatorApplyGradient
sync_replicas/SparseAccumulatorTakeGradient/num_required Const
sync_replicas/SparseAccumulatorTakeGradient SparseAccumulatorTakeGradient
GradientDescent/learning_rate Const
GradientDescent/update_w/ApplyGradientDescent ApplyGradientDescent
GradientDescent/update_e/mul Mul
GradientDescent/update_e/ScatterSub ScatterSub
GradientDescent/update NoOp
GradientDescent/value Const
GradientDescent AssignAdd
sync_token_q FIFOQueueV2
dummy_queue FIFOQueueV2
sync_token_q_Dequeue QueueDequeueV2
Assign_1 Assign
Fill/dims Const
Fill Fill
sync_token_q_EnqueueMany QueueEnqueueManyV2
dummy_queue_Close QueueCloseV2
dummy_queue_Close_1 QueueCloseV2
sync_replicas/SetGlobalStep ResourceAccumulatorSetGlobalStep
sync_replicas/SetGlobalStep_1 AccumulatorSetGlobalStep
sync_replicas/group_deps/NoOp NoOp
sync_replicas/group_deps/NoOp_1 NoOp
sync_replicas/group_deps NoOp
"""


def model(worker, device, replicas=2):
    with tf.device(device):
        w = tf.get_variable("w", initializer=[1.0, 2.0, 3.0])
        e = tf.get_variable("e", initializer=np.ones((4, 2), np.float32))
        step = tf.train.get_or_create_global_step()
        loss = tf.reduce_sum(tf.square(w)) * (worker + 1)
        loss += tf.reduce_sum(tf.nn.embedding_lookup(e, [worker, 2]))
        optimizer = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.1), replicas)
        return w, e, step, optimizer, optimizer.minimize(loss, global_step=step)


def test_ops():
    *_, optimizer, _ = model(0, tf.train.replica_device_setter(1, worker_device="/job:worker/task:0"))
    ops = tf.get_default_graph().get_operations()
    left_out = ("gradients", "report_uninitialized", "ReportUn")
    made = [f"{op.name} {op.type}" for op in ops if not op.name.startswith(left_out)]
    assert made[made.index("NoOp NoOp") :] == OPS.strip().splitlines()
    optimizer.make_session_run_hook(True).begin()
    assert [op.name for op in tf.get_default_graph().get_operations()[-3:]] == [
        "Fill_1/dims",
        "Fill_1",
        "sync_token_q_EnqueueMany_1",
    ]


def test_two_workers():
    workers, _ = tf.test.create_local_cluster(2, 1)
    seen = {}

    def work(i):
        with tf.Graph().as_default():
            device = tf.train.replica_device_setter(1, worker_device=f"/job:worker/task:{i}")
            w, e, step, optimizer, train = model(i, device)
            hook = optimizer.make_session_run_hook(i == 0, num_tokens=0)
            with tf.train.MonitoredTrainingSession(workers[i].target, i == 0, hooks=[hook]) as sess:
                for _ in range(3):
                    sess.run(train)
                seen[i] = sess.run([w, e, step])

    threads = [threading.Thread(target=work, args=(i,)) for i in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    w, e, step = seen[0]
    assert step == 3
    np.testing.assert_allclose(w, np.array([1, 2, 3]) * 0.7**3, rtol=1e-6)
    np.testing.assert_allclose(e[:, 0], [0.7, 0.7, 0.7, 1.0], rtol=1e-6)


def test_alone_with_averages():
    w = tf.get_variable("w", initializer=[1.0, 2.0])
    average = tf.train.ExponentialMovingAverage(0.5)
    momentum = tf.train.MomentumOptimizer(0.1, 0.9)
    optimizer = tf.train.SyncReplicasOptimizer(momentum, 1, variable_averages=average, variables_to_average=[w])
    train = optimizer.minimize(tf.reduce_sum(w), global_step=tf.train.get_or_create_global_step())
    assert optimizer.get_slot_names() == ["momentum"] and optimizer.get_slot(w, "momentum").shape == [2]
    assert optimizer.variables() == [optimizer.get_slot(w, "momentum")]
    kept = average.average(w)
    hook = optimizer.make_session_run_hook(is_chief=True, num_tokens=0)
    with tf.train.MonitoredTrainingSession(hooks=[hook]) as sess:
        sess.run(train)
        values = sess.run([w, kept])
    np.testing.assert_allclose(values, [[0.9, 1.9], [0.95, 1.95]], rtol=1e-6)


def test_errors():
    w = tf.get_variable("w", initializer=[1.0, 2.0])
    optimizer = tf.train.SyncReplicasOptimizer(tf.train.GradientDescentOptimizer(0.1), 3, 1)
    with pytest.raises(ValueError, match="at least one variable"):
        optimizer.apply_gradients([])
    with pytest.raises(ValueError, match="global step is required"):
        optimizer.apply_gradients([(w * 1, w)])
    for early in (
        optimizer.get_init_tokens_op,
        optimizer.get_chief_queue_runner,
        optimizer.make_session_run_hook(True).begin,
    ):
        with pytest.raises(ValueError, match="after apply_gradients"):
            early()
    optimizer.apply_gradients([(w * 1, w)], tf.train.get_or_create_global_step())
    with pytest.raises(ValueError, match=r"Too few tokens to finish the first step: 1 \(given\) vs 2"):
        optimizer.get_init_tokens_op(1)
    assert optimizer.get_init_tokens_op(3).type == "QueueEnqueueManyV2"

import pytest
from session_facts import check, names

import minitf as tf


@pytest.mark.parametrize("name", names("hooks_log"))
def test_like_tensorflow(name):
    check(name)


def test_a_timeline_of_every_second_step(tmp_path):
    step = tf.train.get_or_create_global_step()
    more = step.assign_add(1)
    with tf.train.MonitoredSession(hooks=[tf.train.ProfilerHook(save_steps=2, output_dir=tmp_path)]) as sess:
        for _ in range(6):
            sess.run(more)
    assert sorted(path.name for path in tmp_path.glob("timeline*")) == ["timeline-3.json", "timeline-5.json"]


def test_summaries_may_be_a_list(tmp_path):
    step = tf.train.get_or_create_global_step()
    more = step.assign_add(1)
    summaries = [tf.summary.scalar(name, tf.constant(1.0)) for name in "ab"]
    with tf.summary.FileWriter(tmp_path) as writer:
        hook = tf.train.SummarySaverHook(save_steps=2, summary_writer=writer, summary_op=summaries)
        with tf.train.SingularMonitoredSession(hooks=[hook]) as sess:
            for _ in range(3):
                sess.run(more)
    found = [
        (event.step, value.tag)
        for event in tf.train.summary_iterator(next(tmp_path.iterdir()))
        for value in event.summary.value
    ]
    assert found == [(1, "a"), (1, "b"), (3, "a"), (3, "b")]

import minitf as tf
from minitf.train.sessions.services import StepCounterThread


def test_steps_per_second_are_of_the_time_since(tmp_path):
    step = tf.train.get_or_create_global_step()
    more = step.assign_add(5)
    sv = tf.train.Supervisor(logdir=tmp_path, save_model_secs=0)
    sess = sv.prepare_or_wait_for_session(start_standard_services=False)
    thread = StepCounterThread(sv, sess)
    thread.start_loop()
    sess.run(more)
    thread._time -= 10
    thread.run_loop()
    sv.stop()
    [event] = [e for e in tf.train.summary_iterator(next(tmp_path.glob("*tfevents*"))) if e.summary.value]
    assert event.step == 5 and 0.4 < event.summary.value[0].simple_value <= 0.5

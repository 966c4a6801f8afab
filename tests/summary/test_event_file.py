import threading

import pytest

import minitf as tf
from minitf.framework import protos
from minitf.summary.event_file import EventFile


def steps(path):
    return [event.step for event in tf.train.summary_iterator(path)]


def test_what_is_added_is_there_at_once(tmp_path):
    file = EventFile(str(tmp_path / "new" / "logs"), ".end")
    (path,) = (tmp_path / "new" / "logs").iterdir()
    assert path.name.startswith("events.out.tfevents.") and path.name.endswith(".end")
    for step in range(1, 4):
        file.add(protos.message("Event")(step=step))
        assert steps(path) == list(range(step + 1))
    assert next(tf.train.summary_iterator(path)).file_version == "brain.Event:2"


def test_files_of_one_moment_are_different_ones(tmp_path):
    for _ in range(3):
        EventFile(str(tmp_path)).close()
    assert len(list(tmp_path.iterdir())) == 3


def test_several_threads_add(tmp_path):
    file = EventFile(str(tmp_path))
    add = lambda step: [file.add(protos.message("Event")(step=step)) for _ in range(50)]  # noqa: E731
    threads = [threading.Thread(target=add, args=(n,)) for n in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(steps(next(tmp_path.iterdir()))) == [0] + [n for n in (1, 2, 3) for _ in range(50)]


def test_a_closed_file(tmp_path):
    file = EventFile(str(tmp_path))
    file.close()
    file.close()
    with pytest.raises(tf.errors.FailedPreconditionError, match="closed already"):
        file.add(protos.message("Event")())

import minitf as tf
from minitf.train.sessions import events


def test_nothing_is_written_where_nothing_can_be(tmp_path, monkeypatch):
    def missing(module):
        raise ImportError("tensorboard is missing")

    monkeypatch.setattr(events.protos, "tensorboard", missing)
    assert events.shared_writer(tmp_path / "x") is events.new_writer(tmp_path) is None
    events.write_graph(tf.get_default_graph(), tmp_path, None)
    events.log_status(None, "START", 1)
    events.log_number(None, "a", 1.0, 1)
    assert list(tmp_path.iterdir()) == []

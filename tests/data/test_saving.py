"""Iterators in checkpoints: what TensorFlow goes on with (iterator_scenarios.py), and what only a run shows."""

import json
import random
import threading

import numpy as np
import pytest
from data_helpers import elements
from helpers import fails
from session_facts import check, names

import minitf as tf
from minitf.formats.variants import Variant
from minitf.framework.apply import apply, apply_op
from minitf.ops.patterns import boxed

Dataset = tf.data.Dataset
X = tf.data.experimental


@pytest.mark.parametrize("name", names("iterators_saved"))
def test_like_tensorflow(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    check(name)


class Saved:
    """An iterator, whose state is taken and given without a file."""

    def __init__(self, dataset):
        self.iterator = dataset.make_initializable_iterator()
        self.element = self.iterator.get_next()
        resource = self.iterator._iterator_resource
        self.state = apply("SerializeIterator", resource)
        self.given = tf.placeholder(tf.variant, [])
        self.restored = apply_op("DeserializeIterator", resource, self.given)

    def begin(self, session):
        session.run(self.iterator.initializer)

    def taken(self, session, count=200):
        found = []
        while len(found) < count:
            try:
                found.append(session.run(self.element).tolist())
            except tf.errors.OutOfRangeError:
                found.append("end")
                break
            except tf.errors.InvalidArgumentError as error:
                found.append(error.message)
        return found

    def text(self, session):
        """The state as a checkpoint holds it."""
        return session.run(self.state).encoded()

    def resume(self, session, text):
        session.run(self.restored, {self.given: boxed(Variant.decoded(text))})


def again(dataset, count: int) -> tuple:
    """What an iterator goes on with after so many elements, and what one does that is restored there."""
    saved = Saved(dataset)
    with tf.Session() as session:
        saved.begin(session)
        saved.taken(session, count)
        text = saved.text(session)
        rest = saved.taken(session)
    with tf.Session() as session:
        saved.begin(session)
        saved.taken(session, 1)  # is forgotten
        saved.resume(session, text)
        return rest, saved.taken(session)


def window(dataset):
    return dataset.window(3, 2, drop_remainder=True).flat_map(lambda part: part.batch(3)).map(tf.reduce_sum)


STEPS = {
    "shuffle": lambda d, rng: d.shuffle(rng.randint(1, 9), seed=rng.randint(0, 9)),
    "repeat": lambda d, rng: d.repeat(rng.randint(1, 3)),
    "once": lambda d, rng: d.shuffle(5, seed=2, reshuffle_each_iteration=False).repeat(2),
    "map": lambda d, rng: d.map(lambda x: x * 2 + 1),
    "ahead": lambda d, rng: d.map(lambda x: x - 1, num_parallel_calls=rng.randint(1, 3)),
    "prefetch": lambda d, rng: d.prefetch(rng.randint(1, 4)),
    "rows": lambda d, rng: d.batch(rng.randint(1, 4)).prefetch(1).unbatch(),
    "interleave": lambda d, rng: d.interleave(lambda x: Dataset.range(x, x + 3).shuffle(2, seed=1), 2, 2),
    "flat": lambda d, rng: d.flat_map(lambda x: Dataset.range(x % 4).repeat(2)),
    "filter": lambda d, rng: d.filter(lambda x: tf.not_equal(x % 5, 2)),
    "window": lambda d, rng: window(d),
    "cache": lambda d, rng: d.cache().repeat(2),
    "take": lambda d, rng: d.take(rng.randint(5, 30)),
    "skip": lambda d, rng: d.skip(rng.randint(0, 4)),
    "joined": lambda d, rng: d.concatenate(Dataset.range(50, 54)),
    "zip": lambda d, rng: Dataset.zip((d, Dataset.range(100).shuffle(7, seed=3))).map(lambda a, b: a + b),
    "group": lambda d, rng: d.apply(
        X.group_by_window(lambda x: x % 3, lambda _, part: part.shuffle(2, seed=1).batch(2), 3)
    ).map(tf.reduce_sum),
    "scan": lambda d, rng: d.apply(X.scan(np.int64(0), lambda s, x: (s + x, s))),
    "sample": lambda d, rng: X.sample_from_datasets([d, Dataset.range(9)], seed=4),
    "errors": lambda d, rng: d.map(lambda x: tf.gather([1, 2, 3, 4, 5, 6, 7], x % 8)).map(tf.to_int64),
    "good": lambda d, rng: d.map(lambda x: 8 // (x % 3)).apply(X.ignore_errors()),
}


@pytest.mark.parametrize("seed", range(16))
def test_restored_iterators_go_on(seed):
    rng = random.Random(seed)
    chosen = [rng.choice([*STEPS]) for _ in range(rng.randint(1, 4))]
    dataset = Dataset.range(rng.randint(3, 12))
    for name in chosen:
        dataset = STEPS[name](dataset, rng)
    for count in (0, 1, rng.randint(2, 6), rng.randint(7, 30)):
        rest, found = again(dataset.take(60), count)
        assert found == rest, (chosen, count)


@pytest.mark.parametrize("name", STEPS)
def test_each_dataset_goes_on(name):
    dataset = STEPS[name](Dataset.range(12), random.Random(1))
    for count in (0, 1, 4, 11, 40):
        rest, found = again(dataset, count)
        assert found == rest, count


def test_files_go_on(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "t.csv").write_text("a\n" + "\n".join(map(str, range(9))))
    rows = X.CsvDataset("t.csv", [tf.int32], header=True).map(lambda x: x)
    for count in (0, 4, 9):
        rest, found = again(rows, count)
        assert found == rest and len(rest) == 10 - count
    numbers = Dataset.range(5).cache(str(tmp_path / "kept"))
    saved = Saved(numbers)
    with tf.Session() as session:
        saved.begin(session)
        saved.taken(session, 2)
        with fails(tf.errors.UnimplementedError, "are being written to its file"):
            saved.text(session)
    elements(Dataset.range(5).cache(str(tmp_path / "kept")))
    rest, found = again(numbers, 2)
    assert found == rest == [2, 3, 4, "end"]


def test_threads_that_compute_ahead_rest_meanwhile():
    dataset = Dataset.range(1000).map(lambda x: x + 1, num_parallel_calls=3).prefetch(3)
    dataset = dataset.map(lambda x: x * 2, num_parallel_calls=2).batch(2).prefetch(2)
    saved = Saved(dataset)
    with tf.Session() as session:
        saved.begin(session)
        for count in range(20):
            [now] = saved.taken(session, 1)
            assert now == [4 * count + 2, 4 * count + 4]
            text = saved.text(session)
    with tf.Session() as session:
        saved.begin(session)
        saved.resume(session, text)
        assert saved.taken(session, 3) == [[4 * n + 2, 4 * n + 4] for n in (20, 21, 22)]


def test_saved_while_others_take():
    saved = Saved(Dataset.range(400).map(lambda x: x, num_parallel_calls=2).prefetch(2))
    with tf.Session() as session:
        saved.begin(session)
        takers = [threading.Thread(target=saved.taken, args=(session, 80)) for _ in range(2)]
        for taker in takers:
            taker.start()
        texts = [saved.text(session) for _ in range(20)]
        for taker in takers:
            taker.join()
        firsts = []
        for text in texts:
            saved.resume(session, text)
            firsts += saved.taken(session, 1)
            assert saved.taken(session, 2) == [firsts[-1] + 1, firsts[-1] + 2]
        assert firsts == sorted(firsts)


def test_states_of_others():
    saved, other = Saved(Dataset.range(9).shuffle(3, seed=1)), Saved(Dataset.range(9))
    with tf.Session() as session:
        saved.begin(session)
        other.begin(session)
        with fails(tf.errors.InvalidArgumentError, "over another dataset"):
            saved.resume(session, other.text(session))
        tensorflows = Variant("tensorflow::Iterator", b"@@Iterator::Model::Range:next", (np.int64(1),))
        with fails(tf.errors.InvalidArgumentError, "its state is a tensorflow::Iterator"):
            saved.resume(session, tensorflows.encoded())
        assert len(saved.taken(session)) == 10


def test_damaged_states():
    saved, rng = Saved(Dataset.range(9).shuffle(3, seed=1).batch(2).repeat(2).prefetch(2)), random.Random(0)
    with tf.Session() as session:
        saved.begin(session)
        saved.taken(session, 2)
        state = Variant.decoded(saved.text(session))
        for _ in range(150):
            about = bytearray(state.about)
            about[rng.randrange(len(about))] = rng.choice(b'0129[]{}",:ax-')
            try:
                saved.resume(session, state._replace(about=bytes(about)).encoded())
                saved.taken(session, 30)
            except tf.errors.OpError:
                saved.begin(session)


def test_only_what_can_be_written_is_saved(tmp_path):
    rows = Dataset.from_tensors(Dataset.range(3)._variant_tensor)
    with fails(tf.errors.UnimplementedError, "cannot hold a"), tf.Session() as session:
        name = str(tmp_path / "x")
        session.run(apply_op("SaveV2", name, ["x"], [""], [rows._variant_tensor]))


def test_json_says_where_it_is():
    saved = Saved(Dataset.range(9))
    with tf.Session() as session:
        saved.begin(session)
        saved.taken(session, 3)
        assert '["_place", 3]' in json.dumps(json.loads(Variant.decoded(saved.text(session)).about))

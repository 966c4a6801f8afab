"""ClusterSpec, as in TensorFlow 1.15.5."""

import pytest

import minitf as tf

CLUSTER = {"ps": ["a:1", "b:2"], "worker": {1: "c:3", 5: "d:4"}, "q": ("x:1",)}


def test_what_it_says():
    cluster = tf.train.ClusterSpec(CLUSTER)
    assert cluster.as_dict() == {"ps": ["a:1", "b:2"], "worker": {1: "c:3", 5: "d:4"}, "q": ["x:1"]}
    assert cluster.jobs == ["ps", "worker", "q"] and cluster.num_tasks("worker") == 2
    assert cluster.task_indices("worker") == [1, 5] and cluster.task_address("worker", 5) == "d:4"
    assert cluster.job_tasks("worker") == [None, "c:3", None, None, None, "d:4"]
    assert cluster == tf.train.ClusterSpec(cluster) == tf.train.ClusterSpec(cluster.as_cluster_def())
    assert cluster != tf.train.ClusterSpec({}) and cluster and not tf.train.ClusterSpec({})
    assert str(cluster) == ("ClusterSpec({'ps': ['a:1', 'b:2'], 'q': ['x:1'], 'worker': {1: 'c:3', 5: 'd:4'}})")
    assert [job.name for job in cluster.as_cluster_def().job] == ["ps", "q", "worker"]
    for ask in (lambda: cluster.task_address("worker", 2), lambda: cluster.num_tasks("z")):
        with pytest.raises(ValueError, match="No (task with index 2|such job in cluster: 'z')"):
            ask()


@pytest.mark.parametrize(
    "given", [5, ["a"], None, {"ps": "a:1"}, {"ps": [1]}, {1: ["a"]}, {"ps": {"x": "a"}}, {"ps": {0: 1}}]
)
def test_what_is_no_cluster(given):
    with pytest.raises(TypeError, match="cluster|tasks of job|has to be a string"):
        tf.train.ClusterSpec(given)

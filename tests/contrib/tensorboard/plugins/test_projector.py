import pytest

import minitf as tf

projector = tf.contrib.tensorboard.plugins.projector

# What TensorFlow 1.15.5 wrote.
TEXT = """model_checkpoint_path: "m"
embeddings {
  tensor_name: "words:0"
  metadata_path: "meta.tsv"
  sprite {
    image_path: "s.png"
    single_image_dim: 28
    single_image_dim: 28
  }
}
embeddings {
  tensor_name: "b\\"q\\n"
  bookmarks_path: "b"
  tensor_shape: 2
  tensor_shape: 3
  tensor_path: "t"
}
model_checkpoint_dir: "d"
"""


def test_the_file_is_tensorflows(tmp_path):
    config = projector.ProjectorConfig(model_checkpoint_path="m", model_checkpoint_dir="d")
    one, two = config.embeddings.add(), config.embeddings.add()
    one.tensor_name, one.metadata_path, one.sprite.image_path = "words:0", "meta.tsv", "s.png"
    one.sprite.single_image_dim.extend([28, 28])
    two.tensor_name, two.bookmarks_path, two.tensor_path = 'b"q\n', "b", "t"
    two.tensor_shape.extend([2, 3])
    with tf.summary.FileWriter(tmp_path) as writer:
        projector.visualize_embeddings(writer, config)
    assert (tmp_path / "projector_config.pbtxt").read_text() == TEXT


def test_what_is_refused(tmp_path):
    with pytest.raises(TypeError, match="needs a tf.summary.FileWriter, not None"):
        projector.visualize_embeddings(None, projector.ProjectorConfig())
    with tf.summary.FileWriter(tmp_path) as writer, pytest.raises(TypeError, match="a ProjectorConfig, not 3"):
        projector.visualize_embeddings(writer, 3)
    with pytest.raises(AttributeError, match="has no attribute 'Config'"):
        projector.Config  # noqa: B018
    assert {"EmbeddingInfo", "ProjectorConfig", "SpriteMetadata"} <= set(dir(projector))

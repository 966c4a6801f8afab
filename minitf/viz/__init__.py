"""tf.viz: pictures of graphs."""

from minitf.viz.dot import to_dot
from minitf.viz.html import to_html
from minitf.viz.model_explorer import to_model_explorer

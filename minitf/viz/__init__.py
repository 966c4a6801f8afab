"""Pictures of graphs."""

from minitf.viz.dot import to_dot as to_dot
from minitf.viz.html import to_html as to_html
from minitf.viz.model_explorer import to_model_explorer as to_model_explorer

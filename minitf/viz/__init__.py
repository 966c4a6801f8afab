"""Pictures of graphs."""

from minitf.viz.dot import to_dot as to_dot

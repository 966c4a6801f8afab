"""What a graph holds: as a text, as a table of variables, as a notebook shows it."""

from minitf.framework.shown import set_shows
from minitf.overview import notebook
from minitf.overview.variables import summary_of

set_shows(notebook)

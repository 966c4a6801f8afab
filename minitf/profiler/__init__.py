"""tf.profiler: where the time of a run goes, and what a graph is made of."""

from minitf.profiler.analysis import GraphNodeProto, MultiGraphNodeProto, ProfileOptionBuilder, Profiler, advise
from minitf.profiler.measured import Profile, Row, profile

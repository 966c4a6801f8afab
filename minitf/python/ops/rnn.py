"""tensorflow.python.ops.rnn."""

from minitf.rnn.dynamic import bidirectional_dynamic_rnn as bidirectional_dynamic_rnn
from minitf.rnn.dynamic import dynamic_rnn as dynamic_rnn
from minitf.rnn.raw import raw_rnn as raw_rnn
from minitf.rnn.static import static_bidirectional_rnn as static_bidirectional_rnn
from minitf.rnn.static import static_rnn as static_rnn
from minitf.rnn.static import static_state_saving_rnn as static_state_saving_rnn

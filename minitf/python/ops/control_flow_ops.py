"""tensorflow.python.ops.control_flow_ops."""

from minitf.ops.case import case as case
from minitf.ops.cond import cond as cond
from minitf.ops.control import group as group
from minitf.ops.control import no_op as no_op
from minitf.ops.control import tuple as tuple
from minitf.ops.control import with_dependencies as with_dependencies
from minitf.ops.dataflow import enter as enter
from minitf.ops.dataflow import exit as exit
from minitf.ops.dataflow import loop_cond as loop_cond
from minitf.ops.dataflow import merge as merge
from minitf.ops.dataflow import next_iteration as next_iteration
from minitf.ops.dataflow import switch as switch
from minitf.ops.while_loop import while_loop as while_loop

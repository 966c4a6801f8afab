"""Running graphs: plan, lower to kernel calls, execute; sessions and their state."""

from minitf.runtime.session.inspect import inspect
from minitf.runtime.session.usage import Usage
from minitf.runtime.session.usage import usage

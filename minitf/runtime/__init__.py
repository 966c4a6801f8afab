"""Running graphs: plan, lower to kernel calls, execute; sessions and their state."""

from minitf.runtime.usage import Usage as Usage
from minitf.runtime.usage import memory as memory

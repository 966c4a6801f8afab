"""The machine below: the virtual machine, threads, memory, clocks."""

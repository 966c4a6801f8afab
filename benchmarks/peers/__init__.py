"""A framework each: `VERSION`, `modes(workload)` and `build(workload, mode, threads)`, which has a `step`."""

"""One module per framework: `MODES`, `VERSION` and `build(workload, mode, threads)`, an object with `step(batch) -> loss`."""

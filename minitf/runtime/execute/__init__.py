"""Running a plan: native programs, ops one by one, dataflow frames."""

"""Running graphs: plan, lower to kernel calls, execute; sessions and their state."""

"""What happens around each run of a monitored session."""

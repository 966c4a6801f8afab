"""What comes in and goes out: files, records, queues, summaries."""

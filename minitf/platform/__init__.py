"""What programs are made of besides graphs: flags, logging, files, tests."""

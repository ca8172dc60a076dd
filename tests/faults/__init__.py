"""Jobs that are injured at random moments, and what is left of them: `make fault-test`."""

"""What our pages ask of the primary where there is a replica: `make replica-test`."""

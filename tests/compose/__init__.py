"""The containers, run for real: `make compose-test`. Not part of `make test`."""

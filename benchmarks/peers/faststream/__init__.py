"""FastStream: a batch subscriber, as its documentation shows it."""

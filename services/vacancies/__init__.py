"""Job orders: checked against their partnership, posted, suspended, closed."""

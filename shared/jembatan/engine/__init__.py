"""How reports become facts exactly once; the only code that knows positions, lanes and producer ids."""

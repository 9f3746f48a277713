"""The rules of matching: who is in the roster, what a round decides, what comes of an offer."""

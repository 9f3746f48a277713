"""Partnerships: registered, instruments signed, opened, suspended, closed; caps and safeguards."""

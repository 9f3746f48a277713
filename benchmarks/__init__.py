"""Measurements of this project on the machine at hand. A timing is never a test."""

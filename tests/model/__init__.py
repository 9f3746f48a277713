"""A model of how reports become published facts exactly once; README.md beside this explains it."""

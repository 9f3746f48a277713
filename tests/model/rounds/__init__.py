"""A small model of rounds, caps and offers, searched in every order: no cap exceeded, one live offer each.

A transaction of the service is taken apart into its locks and reads, in the order in which `store` takes
them, and its commit; two go on at once, and a crash ends one anywhere. What each decides is said again here,
small. The unique indexes that would stop some mutants in PostgreSQL are not in it.
"""

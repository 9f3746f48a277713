"""The engine with one safeguard out at a time. Each must turn a named test of real processes red."""

from tests.faults.mutants.list import COVERED, MUTANTS, Mutant

__all__ = ["COVERED", "MUTANTS", "Mutant"]

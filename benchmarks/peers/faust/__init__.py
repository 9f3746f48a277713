"""Faust (faust-streaming): agents, as its documentation shows them, with its compiled parts switched on."""

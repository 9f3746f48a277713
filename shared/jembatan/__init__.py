"""The language, the engine and the client of Jembatan."""

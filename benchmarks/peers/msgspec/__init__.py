"""msgspec: the same report as structs."""

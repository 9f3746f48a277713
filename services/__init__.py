"""The services of Jembatan; none imports another."""

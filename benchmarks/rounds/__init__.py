"""A round from its freeze to its publication, through a real service, Kafka and PostgreSQL."""

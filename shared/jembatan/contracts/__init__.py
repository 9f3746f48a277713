"""The language: every event as a pydantic model, and what is needed to read and write one."""

"""The language: every event, read and written, in both modes, today and yesterday."""

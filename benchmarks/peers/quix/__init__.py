"""Quix Streams: a streaming dataframe with state in RocksDB."""

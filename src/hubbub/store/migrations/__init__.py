"""Brings a database to the tables of this version; run under the data folder's lock, after a snapshot."""

HEAD = "0003"
"""The newest revision; known here too, so that alembic is imported only when there is something to do."""

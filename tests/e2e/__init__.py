"""Tests through the real doors of real server processes."""

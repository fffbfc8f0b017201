"""Tests: they mirror the source file by file; `e2e` goes through the doors of real processes."""

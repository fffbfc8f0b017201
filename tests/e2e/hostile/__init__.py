"""Tests of the live door under hostile input."""

"""Reliability: what people trust is what was broken on purpose, through real servers and real clients."""

"""Promises about faults, each tried on real servers with real clients."""

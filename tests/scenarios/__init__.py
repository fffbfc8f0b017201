"""Scenarios: small stories that check themselves to the last event, over every door."""

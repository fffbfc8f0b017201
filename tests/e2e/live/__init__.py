"""The live door, tried with the official clients of both languages on every transport."""

"""The rules of the chat: pure data and functions, without I/O, async, clock, randomness or logging."""

"""Conformance to Engine.IO v4, Socket.IO v5 and RFC 6455: echo servers on our engine, and our own tests of them."""

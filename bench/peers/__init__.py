"""Peers: the usual Socket.IO servers, doing the same work but storing nothing; small servers, written fairly."""

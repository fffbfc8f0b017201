"""Peers: the usual Socket.IO servers, doing the same work but keeping nothing; small servers of our own, written fairly."""

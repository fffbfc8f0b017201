"""This node's sessions by room: who is here, what was said lately, who waits for news."""

from hubbub.hub.hub import Gone, Hub
from hubbub.hub.news import News

__all__ = ["Gone", "Hub", "News"]

"""The web page, end to end: real servers, real Chromium, people who can't see each other's profiles."""

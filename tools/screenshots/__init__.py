"""Takes the official screenshots: a server of its own, four people with browsers, and every state that the page has."""

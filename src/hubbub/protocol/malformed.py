"""What a codec raises for bytes that don't follow its protocol."""


class MalformedError(Exception):
    """These bytes mean nothing in the protocol; the message says why, for the close frame and the log."""

"""Why a server can't start, in one line."""


class CannotStartError(Exception):
    """The server can't start; `exit_code` is what the command returns."""

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code

"""What a command cannot do."""


class Refused(Exception):
    """Said in one line; `code` is the exit code."""

    def __init__(self, message: str, code: int = 1):
        super().__init__(message)
        self.code = code

"""A secret that does not leak by being printed, logged, compared in a traceback or written into a file."""

from __future__ import annotations

from typing import Final, NoReturn

REDACTED: Final = "[redacted]"


class Secret:
    """A password or token. Only `reveal` gives it out; everything that turns objects into text gives `[redacted]`."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the one call that needs it."""
        return self._text

    def redact(self, text: str) -> str:
        """`text` with this secret struck out, for what a server or a program said."""
        return text.replace(self._text, REDACTED) if self._text else text

    def __repr__(self) -> str:
        return f"Secret({REDACTED})"

    def __str__(self) -> str:
        return REDACTED

    def __format__(self, spec: str) -> str:
        return REDACTED

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not written anywhere")

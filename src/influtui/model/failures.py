"""The errors a person can act on: what happened, to what, and what to do next.

Every face turns these into its own form (a line on standard error, a JSON object, a notice on the screen). The exit
codes are the command line's contract: 1 failed, 2 wrong usage, 3 done in part, 4 needs configuration or credentials.
Errors of plugins are a tree of their own, in `influtui.api.errors`.
"""

from __future__ import annotations

from typing import ClassVar


class Failure(Exception):
    """Something could not be done.

    `message` says what happened and to what, `hint` what to do about it, `at` where (a line, a column, a path).
    """

    kind: ClassVar[str] = "failed"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, hint: str | None = None, at: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.at = at


class WrongUsage(Failure):
    """The words of the command are wrong: nothing was done."""

    kind = "usage"
    exit_code = 2


class NotFound(WrongUsage):
    """A REF, a campaign or another name that does not exist."""

    kind = "not_found"


class NeedsConfirmation(WrongUsage):
    """An act that cannot be undone was asked for without a `yes`."""

    kind = "needs_confirmation"


class NeedsConfiguration(Failure):
    """A setting or a credential is missing; the hint names the command that supplies it."""

    kind = "needs_configuration"
    exit_code = 4


class ReadOnly(Failure):
    """A write was asked for under `--read-only`."""

    kind = "read_only"


class StoreDamaged(Failure):
    """The database cannot be read; the hint names the snapshots that can be restored."""

    kind = "damaged"


class StoreTooNew(Failure):
    """The database was written by a newer influtui."""

    kind = "too_new"


class StoreFull(Failure):
    """The disk takes nothing more: nothing was changed. What only reads goes on."""

    kind = "disk_full"


class StoreBusy(Failure):
    """Another session held the database longer than anybody should wait."""

    kind = "busy"


class Conflict(Failure):
    """Somebody else changed the same thing in between; nothing was overwritten."""

    kind = "conflict"

"""What stood in the way of one thing while others went on, kept to be told at the end of a round."""

from __future__ import annotations

from typing import NamedTuple

from influtui.model.failures import Failure, NeedsConfiguration


class Trouble(NamedTuple):
    """A sentence with what mends it, and whether only a setting or a credential does."""

    says: str
    needs_configuration: bool = False


def trouble_of(failure: Failure, about: str = "") -> Trouble:
    """A failure as a sentence; `about` says what it kept from happening."""
    said = f"{about}: {failure.message}" if about else failure.message
    # What a server said may bring its own full stop along.
    return Trouble(f"{said.rstrip('.')}. {failure.hint or ''}".rstrip(), isinstance(failure, NeedsConfiguration))

"""How well the detectors do against a truth: precision and recall, pattern by pattern."""

from __future__ import annotations

from collections.abc import Mapping, Set

import msgspec


class Found(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.detector/1"):
    """One detector against the accounts of which the truth is known."""

    detector: str
    accounts: int
    """Accounts that bear the pattern."""
    flagged: int
    """Accounts that the detector took at least `flag_at` points from."""
    right: int
    flag_at: float

    @property
    def precision(self) -> float | None:
        """Of the flagged, the share that bear the pattern; None where none was flagged."""
        return self.right / self.flagged if self.flagged else None

    @property
    def recall(self) -> float | None:
        """Of those that bear the pattern, the share that was flagged; None where none bears it."""
        return self.right / self.accounts if self.accounts else None


def measured(detector: str, points: Mapping[str, float | None], bearing: Set[str], *, flag_at: float) -> Found:
    """A detector's points by account, held against the accounts that bear its pattern. All others are clean of it."""
    flagged = {ref for ref, lost in points.items() if lost is not None and lost >= flag_at}
    return Found(
        detector=detector, accounts=len(bearing), flagged=len(flagged), right=len(bearing & flagged), flag_at=flag_at
    )

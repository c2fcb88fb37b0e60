"""The three detectors, measured where the truth is known (the demo world keeps it in a file beside the database)."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import msgspec

from influtui.model import records
from influtui.model.failures import WrongUsage
from influtui.model.scoring.detection import Found, measured
from influtui.services.people.scoring import rules
from influtui.services.workspace import Workspace
from influtui.store import scores as store

TRUTH: Final = "demo-truth.json"

_PATTERNS: Final = {"bought_followers": "bought_followers", "bought_engagement": "bought_engagement", "pods": "pod"}
"""Each detector, named as its column in the store, and what a truth calls its pattern."""


class _Truth(msgspec.Struct, frozen=True):
    patterns: dict[str, str]


async def measure(workspace: Workspace, truth: Path | None = None) -> list[Found]:
    """Precision and recall of each detector. Raises `WrongUsage` without a truth or without scores."""
    path = truth or workspace.folder / TRUTH
    try:
        patterns = records.from_json(path.read_bytes(), _Truth).patterns
    except FileNotFoundError:
        raise WrongUsage(
            f"there is no truth at {path}",
            hint="`influtui demo` makes a world that has one; else name it with --truth.",
        ) from None
    except (OSError, msgspec.DecodeError) as error:
        raise WrongUsage(
            f"{path} cannot be read as a truth: {error}", hint="It is JSON with `patterns` by REF."
        ) from error
    rows = await store.detector_points(workspace.db)
    if not rows:
        raise WrongUsage("nobody has been scored yet", hint="Run `influtui creators score` first.")
    flag_at = rules(workspace).flag_at
    return [
        measured(
            detector,
            {ref: getattr(row, detector) for ref, row in rows.items()},
            {ref for ref, pattern in patterns.items() if pattern == named},
            flag_at=flag_at,
        )
        for detector, named in _PATTERNS.items()
    ]

"""What became of a pasted list of parcels."""

from __future__ import annotations

from influtui.services.parcel.fulfilment import Outcome
from influtui.tui.render.shipments import outcomes
from influtui.tui.render.spans import Look


def test_a_reason_that_many_lines_share_is_said_once() -> None:
    refused = [Outcome(at=at, input=f"RR{at}", status="rejected", reason="Nobody waits.") for at in range(1, 40)]
    lines = ["".join(span.text for span in line) for line in outcomes(refused, 80, Look(0))]
    assert lines.count("Nobody waits.") == 1
    assert sum(line.startswith("  ✗ line ") for line in lines) == 39

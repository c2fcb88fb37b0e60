"""Where a process runs, as far as it matters to others: which machine, and since which start of it."""

from __future__ import annotations

from typing import NamedTuple


class Machine(NamedTuple):
    """A machine in one run of it."""

    host: str
    boot: str

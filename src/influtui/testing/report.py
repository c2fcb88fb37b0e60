"""A pytest plugin (`-p influtui.testing.report`): runs contract tests alone, and writes what came of each to a file.

The file is named by `INFLUTUI_CONTRACT_REPORT`. `influtui plugin check` reads it; what follows for a plugin's tier is not
decided here.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

import pytest

from influtui.testing.carriers import CarrierContract
from influtui.testing.sources import SourceContract

VARIABLE: Final = "INFLUTUI_CONTRACT_REPORT"

_tested: dict[str, tuple[str, str]] = {}
_outcomes: dict[str, str] = {}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out every test that is not the kit's own."""
    kept: list[pytest.Item] = []
    for item in items:
        of = getattr(item, "cls", None)
        if isinstance(of, type) and issubclass(of, SourceContract) and hasattr(SourceContract, _name(item)):
            _tested[item.nodeid] = ("source", of.source)
        elif isinstance(of, type) and issubclass(of, CarrierContract) and hasattr(CarrierContract, _name(item)):
            _tested[item.nodeid] = ("carrier", of.carrier)
        else:
            continue
        kept.append(item)
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember the worst that happened to a test."""
    says_something = report.outcome != "passed" or report.when == "call"
    if says_something and _outcomes.get(report.nodeid) != "failed":
        _outcomes[report.nodeid] = report.outcome


def pytest_sessionfinish() -> None:
    """Write the file."""
    if VARIABLE in os.environ:
        found = [
            {"kind": kind, "id": id_, "test": nodeid.rpartition("::")[2], "outcome": _outcomes.get(nodeid, "failed")}
            for nodeid, (kind, id_) in _tested.items()
        ]
        Path(os.environ[VARIABLE]).write_text(json.dumps(found), "utf-8")


def _name(item: pytest.Item) -> str:
    return item.name.partition("[")[0]

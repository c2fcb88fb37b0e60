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
from influtui.testing.panes import PaneContract
from influtui.testing.sources import SourceContract

LONGEST: Final = 600
"""Letters of a cause."""
VARIABLE: Final = "INFLUTUI_CONTRACT_REPORT"

_tested: dict[str, tuple[str, str]] = {}
_outcomes: dict[str, str] = {}
_causes: dict[str, tuple[str, str]] = {}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out every test that is not the kit's own."""
    kept: list[pytest.Item] = []
    for item in items:
        of = getattr(item, "cls", None)
        if isinstance(of, type) and issubclass(of, SourceContract) and hasattr(SourceContract, _name(item)):
            _tested[item.nodeid] = ("source", of.source)
        elif isinstance(of, type) and issubclass(of, CarrierContract) and hasattr(CarrierContract, _name(item)):
            _tested[item.nodeid] = ("carrier", of.carrier)
        elif isinstance(of, type) and issubclass(of, PaneContract) and hasattr(PaneContract, _name(item)):
            _tested[item.nodeid] = ("pane", of.pane)
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
        if report.outcome == "failed":
            _causes[report.nodeid] = _cause(report)


def _cause(report: pytest.TestReport) -> tuple[str, str]:
    """What is wrong, in the words of the check or of the exception; and where, if that is a line of the author's."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is None:
        return str(report.longrepr).strip()[:LONGEST], ""
    said = crash.message.partition("\nassert ")[0].strip()
    for prefix in ("AssertionError: ", "influtui.testing.watch.Misconduct: ", "influtui.host.calls.Fault: "):
        said = said.removeprefix(prefix)
    path = Path(crash.path)
    ours = Path(__file__).parents[1] in path.parents
    return said[:LONGEST], "" if ours else f"{path.parent.name}/{path.name}:{crash.lineno}"


def pytest_sessionfinish() -> None:
    """Write the file."""
    if VARIABLE in os.environ:
        found = [
            {
                "kind": kind,
                "id": id_,
                "test": nodeid.rpartition("::")[2],
                "outcome": _outcomes.get(nodeid, "failed"),
                **dict(zip(("why", "place"), _causes.get(nodeid, ()), strict=False)),
            }
            for nodeid, (kind, id_) in _tested.items()
        ]
        Path(os.environ[VARIABLE]).write_text(json.dumps(found), "utf-8")


def _name(item: pytest.Item) -> str:
    return item.name.partition("[")[0]

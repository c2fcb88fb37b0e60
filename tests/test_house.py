"""The house keeps its own rules: what a fresh interpreter imports, how long a module is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINES = 500


def imported_by(statement: str) -> set[str]:
    """The top-level packages that a fresh interpreter holds after `statement`."""
    script = f"{statement}\nimport sys\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


@pytest.mark.parametrize(
    ("statement", "forbidden"),
    [
        ("import influtui.api", {"textual", "rich", "httpx", "aiosqlite", "click"}),
        ("import influtui.services.workspace", {"textual", "rich", "httpx", "numpy", "jinja2", "aiosmtplib", "click"}),
        ("import influtui.cli.main", {"textual", "rich", "httpx", "numpy", "jinja2", "aiosmtplib"}),
        ("from influtui.cli.main import main; main(['--version'])", {"textual", "httpx", "numpy", "jinja2"}),
    ],
)
def test_a_floor_does_not_carry_what_it_does_not_need(statement: str, forbidden: set[str]) -> None:
    assert not imported_by(statement) & forbidden


def test_the_first_frame_of_the_app_waits_for_nothing_that_it_does_not_draw() -> None:
    path = "import influtui.tui.app, influtui.tui.panes.discover, influtui.services.search"
    heavy = {"numpy", "httpx", "jinja2", "aiosmtplib", "click", "cryptography", "pluggy", "selectolax", "zipfile"}
    assert not imported_by(path) & heavy


def test_no_module_is_longer_than_a_person_reads() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for folder in ("src", "plugins")
        for path in (ROOT / folder).rglob("*.py")
        if (count := len(path.read_text("utf-8").splitlines())) > LINES
    }
    assert not long

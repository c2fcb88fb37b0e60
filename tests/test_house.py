"""The house keeps its own rules: what a fresh interpreter imports, how long a module is."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Container
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


def test_sql_stands_in_the_store_alone() -> None:
    statement = re.compile(r"""["'](?:SELECT|INSERT INTO|UPDATE|DELETE FROM) [a-z*(]""")
    source = ROOT / "src" / "influtui"
    elsewhere = (each for each in source.rglob("*.py") if "store" not in each.relative_to(source).parts)
    assert [str(each.relative_to(source)) for each in elsewhere if statement.search(each.read_text("utf-8"))] == []


FIRST_FRAME = """
from influtui.tui.lighter import textual_without_palette
with textual_without_palette():
    import influtui.tui.app
import influtui.tui.panes.discover, influtui.services.finding.search, influtui.services.viewing, influtui.tui.render.shortlist
"""


def modules_after(statement: str) -> set[str]:
    """The modules that a fresh interpreter holds after `statement`."""
    script = f"{statement}\nimport sys\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_records_are_read_through_one_door() -> None:
    """Two threads that are first to have msgspec read a kind of record end the process: `model/records.py` says more."""
    direct = re.compile(r"msgspec\.(convert\(|(json|msgpack|toml|yaml)\.decode\([^\n]*type=)")
    found = [
        path.name
        for path in (ROOT / "src" / "influtui").rglob("*.py")
        if direct.search(path.read_text("utf-8")) and path.name != "records.py"
    ]
    assert found == []


def test_the_first_frame_of_the_app_waits_for_nothing_that_it_does_not_draw() -> None:
    held = modules_after(FIRST_FRAME)
    heavy = {"numpy", "httpx", "jinja2", "aiosmtplib", "click", "cryptography", "pluggy", "selectolax", "zipfile"}
    assert not {name.split(".")[0] for name in held} & heavy
    palette = {
        "textual.command",
        "textual.widgets._input",
        "textual.widgets._option_list",
        "textual.widgets._text_area",
    }
    assert not held & palette, "widgets that the app does not draw at its start"


def test_what_is_on_the_way_to_the_first_frame_is_known_by_name() -> None:
    """A module that joins this list makes every start slower: it belongs behind the first rows, or here with a reason."""
    ours = {name.removeprefix("influtui.") for name in modules_after(FIRST_FRAME) if name.startswith("influtui.")}
    known = set((Path(__file__).parent / "first_frame.txt").read_text("utf-8").split())
    assert not ours - known


def test_the_skeleton_needs_nothing_but_itself() -> None:
    bare = modules_after("")
    needed = modules_after("import influtui.__main__, influtui.tui.opening") - bare
    assert needed <= {"__future__", "influtui", "influtui.__main__", "influtui.tui", "influtui.tui.opening"}


def test_no_module_waits_for_one_that_waits_for_it() -> None:
    """The app imports on threads. Where modules import each other in a circle, two that begin at different ends of it wait
    for each other, until Python hands one of them a half-made module and the import fails, now and then."""
    source = ROOT / "src"
    files = {
        ".".join(path.relative_to(source).with_suffix("").parts).removesuffix(".__init__"): path
        for path in source.rglob("*.py")
        if "testing" not in path.parts  # the contract kit runs in a process of its own
    }
    needs = {name: _imported(path, files.keys()) - {name} for name, path in files.items()}
    settled: set[str] = set()
    while ready := {name for name, needed in needs.items() if name not in settled and not needed - settled}:
        settled |= ready
    assert set(needs) - settled == set()


def _imported(path: Path, known: Container[str]) -> set[str]:
    """Our modules that a module imports while it is imported itself."""
    found: set[str] = set()
    waiting: list[ast.stmt] = list(ast.parse(path.read_text("utf-8")).body)
    for each in waiting:
        if isinstance(each, ast.Import):
            found |= {name.name for name in each.names}
        elif isinstance(each, ast.ImportFrom) and each.module:
            found |= {each.module, *(f"{each.module}.{name.name}" for name in each.names)}
        elif isinstance(each, ast.If):
            waiting += each.orelse if "TYPE_CHECKING" in ast.unparse(each.test) else [*each.body, *each.orelse]
        elif isinstance(each, ast.Try):
            waiting += each.body
    return {name for name in found if name in known}


def test_no_module_is_longer_than_a_person_reads() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for folder in ("src", "plugins")
        for path in (ROOT / folder).rglob("*.py")
        if (count := len(path.read_text("utf-8").splitlines())) > LINES
    }
    assert not long

"""Every row of `defences/` fits the source and names a test. Whether the test notices: `python -m tests.mail.defences`."""

from __future__ import annotations

import ast
import importlib.util
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]


def _program() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "defences_program", Path(__file__).parent / "defences" / "__main__.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


PROGRAM = _program()


def test_each_defence_stands_where_its_row_says_and_the_source_without_it_can_be_read() -> None:
    """Whoever moves a defence moves its row: `defences/README.md`."""
    stale = []
    for each in PROGRAM.defences():
        try:
            ast.parse(PROGRAM.without(each, ROOT / "src" / "influtui"), each.name)
        except (ValueError, SyntaxError) as error:
            stale.append(str(error))
    assert stale == []


def test_each_defence_names_a_test_that_is_there() -> None:
    known: dict[str, set[str]] = {}
    for each in PROGRAM.defences():
        file, _, name = each.test.partition("::")
        if file not in known:
            tree = ast.parse((ROOT / file).read_text("utf-8"))
            known[file] = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        assert name in known[file], f"{each.name}: {each.test}"


def test_a_defence_that_is_missed_is_told_from_one_that_is_caught(tmp_path: Path) -> None:
    """The program itself: a test that fails, one that passes, and a source that no longer can be imported."""
    copy = tmp_path / "influtui"
    copy.mkdir()
    (copy / "__init__.py").write_text("LIMIT = 3\n")
    test = tmp_path / "test_it.py"
    test.write_text("from influtui import LIMIT\n\n\ndef test_limit() -> None:\n    assert LIMIT < 5\n")

    def caught(new: str) -> bool:
        row = PROGRAM.Defence(name="x", file="__init__.py", old="LIMIT = 3", new=new, test=f"{test}::test_limit")
        return bool(PROGRAM.measured(row, copy).caught)

    assert [caught("LIMIT = 9"), caught("LIMIT = 4"), caught("LIMIT = nothing")] == [True, False, False]
    assert (copy / "__init__.py").read_text() == "LIMIT = 3\n"

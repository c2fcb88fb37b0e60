"""`python -m tests.testing.seeded`: how many of the seeded plugin bugs the contract kit catches. See README.md beside this.

Each bug is run in a process of its own (a fork of this one, which has imported the kit already): a mistake may end its
process, block it, or leave something behind in a class.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import json
import os
import shutil
import signal
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

HERE = Path(__file__).parent
PATIENCE_S = 60
EXHAUSTIVE = (
    "test_a_key_that_is_missing_is_unknown_and_never_an_error_of_ours",
    "test_a_value_of_another_kind_is_unknown_and_never_an_error_of_ours",
    "test_people_who_are_known_are_found_again",
)
"""Those that ask hundreds of times; the others are tried first."""


class Change(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One place that is made wrong."""

    file: str
    old: str
    new: str


class Bug(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One mistake in the sample plugin."""

    by: str
    says: str
    change: tuple[Change, ...]
    missed_at_first: bool = False
    """Whether the kit did not see it when it was seeded."""
    missed: str = ""
    """Why the kit does not see it; empty where it must."""


class Result(msgspec.Struct, frozen=True):
    """What came of a bug: the contract's test that failed first, and with what; None where all passed."""

    name: str
    bug: Bug
    failed: str | None
    said: str


def bugs() -> dict[str, Bug]:
    """Every seeded bug by name."""
    return {
        path.stem: msgspec.convert(tomllib.loads(path.read_text("utf-8")), Bug)
        for path in sorted((HERE / "bugs").glob("*.toml"))
    }


def measured(name: str, bug: Bug) -> Result:
    """Run the contract on the plugin with this bug in it."""
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "plugin"
        shutil.copytree(HERE / "plugin", folder, ignore=shutil.ignore_patterns("__pycache__"))
        for change in bug.change:
            path = folder / change.file
            text = path.read_text("utf-8")
            if text.count(change.old) != 1:
                raise SystemExit(f"{name}: `old` stands {text.count(change.old)} times in {change.file}, and must once")
            path.write_text(text.replace(change.old, change.new), "utf-8")
        failed, said = _in_a_process_of_its_own(folder)
    return Result(name, bug, failed, said)


def _in_a_process_of_its_own(folder: Path) -> tuple[str | None, str]:
    told = folder / "result.json"
    child = os.fork()
    if child == 0:
        os.chdir(folder)
        signal.alarm(PATIENCE_S)
        with contextlib.suppress(BaseException):
            told.write_text(json.dumps(_first_failure(folder)), "utf-8")
        os._exit(0)
    os.waitpid(child, 0)
    if not told.exists():
        return "the run", f"it ended the process, or took more than {PATIENCE_S} s"
    failed, said = json.loads(told.read_text("utf-8"))
    return failed, said


def _first_failure(folder: Path) -> tuple[str | None, str]:
    """The first of the contract's tests that fails, those that are soon done first."""
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode = True
    for name, test in _tests(importlib.import_module("contract")):
        try:
            with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
                test()
        except BaseException as error:  # whatever a bug raises, it is seen
            return name, f"{type(error).__name__}: {str(error).strip()[:200]}"
    return None, ""


def _tests(module: Any) -> Iterator[tuple[str, Any]]:
    found: list[tuple[int, str, Any]] = []
    for of in (each for each in vars(module).values() if isinstance(each, type) and each.__module__ == module.__name__):
        for name in (each for each in dir(of) if each.startswith("test_")):
            given: Sequence[tuple[Any, ...]] = [()]
            for mark in getattr(getattr(of, name), "pytestmark", ()):
                if mark.name == "parametrize":
                    given = [(value,) for value in mark.args[1]]
            for values in given:
                cost = len(given) + 2 * (name in EXHAUSTIVE)
                found.append((cost, f"{of.__name__}.{name}", lambda of=of, n=name, v=values: getattr(of(), n)(*v)))
    return iter((name, test) for _, name, test in sorted(found, key=lambda each: each[:2]))


def main(words: Sequence[str]) -> int:
    """Print the score; 1 where the right plugin fails, or a bug is missed that must not be."""
    import influtui.testing  # noqa: F401 - once, before the forks

    gc.freeze()  # what is here is not looked through again in each fork

    named = [word for word in words if word != "--json"]
    known = bugs()
    failed, said = _in_a_process_of_its_own_as_it_is()
    if failed is not None:
        print(f"the right plugin fails {failed}: {said}", file=sys.stderr)
        return 1
    results = [measured(name, bug) for name, bug in known.items() if not named or name in named]
    if "--json" in words:
        for each in results:
            print(json.dumps(msgspec.to_builtins(each)))
    else:
        _tell(results, with_tests=bool(named))
    return int(any(each.failed is None and not each.bug.missed for each in results))


def _in_a_process_of_its_own_as_it_is() -> tuple[str | None, str]:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "plugin"
        shutil.copytree(HERE / "plugin", folder, ignore=shutil.ignore_patterns("__pycache__"))
        return _in_a_process_of_its_own(folder)


def _tell(results: Sequence[Result], *, with_tests: bool) -> None:
    for each in results:
        if each.failed is None:
            print(f"missed: {each.name} ({each.bug.by}): {each.bug.missed or each.bug.says}")
        elif with_tests:
            print(f"caught: {each.name} by {each.failed}\n        {each.said}")
    for by in sorted({each.bug.by for each in results}):
        own = [each for each in results if each.bug.by == by]
        first = sum(not each.bug.missed_at_first for each in own)
        caught = sum(each.failed is not None for each in own)
        print(f"seeded by {by}: {caught}/{len(own)} caught ({first}/{len(own)} when they were seeded)")
    print(f"all: {sum(each.failed is not None for each in results)}/{len(results)} caught")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

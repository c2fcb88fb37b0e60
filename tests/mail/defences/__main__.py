"""`python -m tests.mail.defences`: takes each defence of the mail engine away, and says whether a test notices.

    python -m tests.mail.defences             # caught / seeded, by what is defended against
    python -m tests.mail.defences WORD …      # only those whose name, or what they are against, holds a word
    python -m tests.mail.defences --json

README.md beside this says how to add one.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from pathlib import Path

import msgspec

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
PATIENCE_S = 300


class Defence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One defence: the place where it stands, what stands there without it, and the test that must then fail."""

    name: str
    file: str
    """Below `src/influtui`."""
    old: str
    new: str
    test: str
    """As pytest names it, without its parameters."""
    against: str = ""
    """Of which group it is: the name of its file."""


class Result(msgspec.Struct, frozen=True):
    """Whether the test failed without its defence, and what pytest said last."""

    defence: Defence
    caught: bool
    said: str


def defences() -> list[Defence]:
    """Every defence, in the order of the files."""
    found = []
    for path in sorted(HERE.glob("*.toml")):
        rows = tomllib.loads(path.read_text("utf-8"))["defence"]
        found += [msgspec.convert({**row, "against": path.stem.replace("-", " ")}, Defence) for row in rows]
    return found


def without(defence: Defence, source: Path) -> str:
    """The text of a defence's file with the defence taken away. Raises `ValueError` where it does not stand there once."""
    text = (source / defence.file).read_text("utf-8")
    if text.count(defence.old) != 1:
        raise ValueError(
            f"{defence.name}: `old` stands {text.count(defence.old)} times in {defence.file}, and must once"
        )
    return text.replace(defence.old, defence.new)


def measured(defence: Defence, copy: Path) -> Result:
    """Run a defence's test on a copy of the source without it, and mend the copy."""
    path = copy / defence.file
    right = path.read_text("utf-8")
    path.write_text(without(defence, copy), "utf-8")
    try:
        code, said = _tested([defence.test], copy)
    finally:
        path.write_text(right, "utf-8")
    # A source that cannot be imported, or a fixture that breaks, proves nothing about the test.
    return Result(defence, code == 1 and any(line.startswith("FAILED ") for line in said), said[-1] if said else "")


def _tested(tests: Sequence[str], copy: Path) -> tuple[int, list[str]]:
    words = [sys.executable, "-m", "pytest", "-q", "-x", "--tb=no", "-p", "no:cacheprovider", *tests]
    with tempfile.TemporaryDirectory() as kept:
        known = {
            "PYTHONPATH": str(copy.parent),
            "PYTHONDONTWRITEBYTECODE": "1",
            # What a broken source fails on is no example for the right one.
            "HYPOTHESIS_STORAGE_DIRECTORY": kept,
        }
        try:
            done = subprocess.run(
                words, capture_output=True, text=True, cwd=ROOT, env=os.environ | known, timeout=PATIENCE_S, check=False
            )
        except subprocess.TimeoutExpired:
            return 1, [f"FAILED {tests[0]} (no end within {PATIENCE_S} s)"]
    return done.returncode, [*done.stderr.splitlines()[-1:], *done.stdout.strip().splitlines()]


def main(words: Sequence[str]) -> int:
    """Print the score; 1 where a test fails with all defences in place, or one is missed."""
    asked = [word.casefold() for word in words if word != "--json"]
    chosen = [
        each
        for each in defences()
        if not asked or any(word in f"{each.against} {each.name}".casefold() for word in asked)
    ]
    with tempfile.TemporaryDirectory() as scratch:
        copy = Path(scratch) / "src" / "influtui"
        shutil.copytree(ROOT / "src" / "influtui", copy, ignore=shutil.ignore_patterns("__pycache__"))
        for beside in ("plugins", "themes"):
            (Path(scratch) / beside).symlink_to(ROOT / beside)
        code, said = _tested(sorted({each.test for each in chosen}), copy)
        if code != 0:
            print("with every defence in place a test fails:", *said[-10:], sep="\n", file=sys.stderr)
            return 1
        results = []
        for each in chosen:
            results.append(measured(each, copy))
            _tell(results[-1], as_json="--json" in words)
    if "--json" not in words:
        _sum_up(results)
    return int(not all(each.caught for each in results))


def _tell(result: Result, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps(msgspec.to_builtins(result)), flush=True)
        return
    defence = result.defence
    print(f"{'caught' if result.caught else 'MISSED'}: {defence.against}: {defence.name}", flush=True)
    if not result.caught:
        print(f"        {defence.test}: {result.said}", flush=True)


def _sum_up(results: Sequence[Result]) -> None:
    for against in dict.fromkeys(each.defence.against for each in results):
        own = [each for each in results if each.defence.against == against]
        print(f"{against}: {sum(each.caught for each in own)}/{len(own)}")
    print(f"all: {sum(each.caught for each in results)}/{len(results)} caught")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

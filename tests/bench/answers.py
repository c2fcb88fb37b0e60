"""What invented creators answered, with the class that a person would give it: what tells whether answers are understood.

The answers are in `labelled/answers_of_creators.tsv`; no rule was mended with those in `answers_of_creators_unseen.tsv`. They
are read as mail: words alone have to tell, no header helps.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Final, NamedTuple

from influtui.mail.classification import classify
from influtui.mail.parsing import parse

FOLDER: Final = Path(__file__).parent / "labelled"
FILES: Final = ("answers_of_creators_unseen.tsv", "answers_of_creators.tsv")
ACTING: Final = frozenset({"unsubscribe", "bounce", "complaint"})
"""Classes from which something follows that a person has not looked at."""


class Answer(NamedTuple):
    """What somebody wrote, and what it is."""

    language: str
    kinds: frozenset[str]
    returns: date | None
    text: str

    @property
    def mail(self) -> bytes:
        """The letter that it comes in."""
        return (
            "From: Kim <kim@creator.test>\r\nTo: nora@brand.test\r\nSubject: Re: Eine Idee\r\nIn-Reply-To: <1.abc@brand.test>\r\n"
            "Date: Mon, 1 Jun 2026 10:00:00 +0000\r\nContent-Type: text/plain; charset=utf-8\r\n"
            f"Content-Transfer-Encoding: 8bit\r\n\r\n{self.text}\r\n"
        ).encode()


class Told(NamedTuple):
    """How many are right, of how many; of the others, how many are said to be what they are not.

    Of the absent how many days of return are right; of which something follows by itself, and wrongly.
    """

    count: int
    right: int
    mistaken: int
    absent: int
    days: int
    acted_wrongly: list[str]


def answers(file: str) -> Iterator[Answer]:
    """All that are in a file, in its order."""
    for line in (FOLDER / file).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            language, kinds, returns, text = line.split("\t")
            day = date.fromisoformat(returns) if returns else None
            yield Answer(language, frozenset(kinds.split("|")), day, text.replace("\\n", "\n"))


def told(file: str, *, misses: bool = False) -> Told:
    """How the answers of a file are understood."""
    count = right = mistaken = absent = days = 0
    acted: list[str] = []
    for answer in answers(file):
        found = classify(parse(answer.mail))
        count += 1
        right += found.kind in answer.kinds
        if found.kind not in answer.kinds:
            mistaken += found.kind != "other"
            if found.kind in ACTING:
                acted.append(answer.text)
            if misses:
                print(
                    f"  {answer.language}: {answer.text[:90]}: {sorted(answer.kinds)}; found {found.kind} ({found.why})"
                )
        if answer.returns is not None:
            absent += 1
            days += found.returns_on == answer.returns
            if misses and found.returns_on != answer.returns:
                print(f"  {answer.language}: {answer.text[:90]}: back on {answer.returns}; found {found.returns_on}")
    return Told(count, right, mistaken, absent, days, acted)

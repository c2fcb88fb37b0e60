"""Incoming mail against labelled messages: what is recognised, which reason is right, what is folded, what it costs.

`python -m tests.bench incoming [misses]` reads the samples (`INFLUTUI_SAMPLES`, else beside the repository). The labels of
bounces are Sisimai's; a reason is right when the first recipient's is. With `misses` it prints each that is not.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple, cast

from tests.bench import answers as creators
from tests.bench import notices as written

from influtui.mail.bounce_reasons import consequences
from influtui.mail.classification import classify
from influtui.mail.parsing import parse
from influtui.model.incoming import BounceReason, Classification
from influtui.model.replies import folded

ANSWERS: Final = {
    "answers_of_servers.tsv": "of providers' pages",
    "answers_explained.tsv": "that their makers explain",
    "answers_collected.tsv": "as others collected them",
}
"""Files of written-down answers, and where they come from."""


def samples() -> Path:
    """Where the labelled messages lie."""
    named = os.environ.get("INFLUTUI_SAMPLES")
    return (Path(named) if named else Path(__file__).parents[3] / "shared" / "samples") / "mail"


def labelled(folder: Path) -> Iterator[tuple[Path, list[str]]]:
    """Each labelled notice and the reasons that its recipients bear."""
    labels = json.loads((folder / "sisimai-bounces/expected.json").read_text())
    for path in sorted((folder / "sisimai-bounces/maildir/bsd").glob("*.eml")):
        if path.name in labels:
            yield path, [each["reason"] for each in labels[path.name]]


def reasons(found: Classification) -> list[str]:
    """What a classification says of each recipient, in the labels' words; nothing where it saw no report."""
    if found.bounce is not None:
        return [found.bounce.reason, *(each.reason for each in found.further)]
    return ["vacation"] if found.kind == "auto_reply" else []


def is_right(found: list[str], labels: list[str]) -> bool:
    """Whether the first recipient's reason is right, or all are in another order."""
    return bool(found) and (found[0] == labels[0] or sorted(found) == sorted(labels))


def bounces(folder: Path, *, misses: bool = False) -> tuple[int, int, int]:
    """How many notices there are, how many are recognised, of how many the reason is right."""
    count = seen = right = 0
    wrong: Counter[tuple[str, str]] = Counter()
    for path, labels in labelled(folder):
        found = reasons(classify(parse(path.read_bytes())))
        count += 1
        seen += bool(found)
        if is_right(found, labels):
            right += 1
        else:
            wrong[labels[0], found[0] if found else "nothing"] += 1
            if misses:
                print(f"  {path.name}: {', '.join(labels)}; found {', '.join(found) or 'nothing'}")
    if misses:
        print("  label and found:", ", ".join(f"{label}/{got} {times}" for (label, got), times in wrong.most_common()))
    return count, seen, right


class Told(NamedTuple):
    """How many notices about written-down answers there are, of how many the reason is right, which suppress wrongly."""

    notices: int
    right: int
    wrongly_dead: list[str]


def told(file: str, *, held_back: bool, misses: bool = False, step: int = 1) -> Told:
    """Notices of several mail systems about each answer of one half of `file` (`notices`); every `step`th of them."""
    count = right = 0
    wrong: list[str] = []
    for answer in written.answers(file):
        if answer.is_held_back != held_back:
            continue
        for form, raw in list(written.notices(answer))[count % step :: step]:
            found = classify(parse(raw)).bounce
            count += 1
            is_good = found is not None and found.reason in answer.reasons
            right += is_good
            if misses and not is_good:
                print(
                    f"  {form}: {answer.words[:90]}: {sorted(answer.reasons)}; found {found.reason if found else 'nothing'}"
                )
            if (
                found is not None
                and found.suppress
                and not any(consequences(cast(BounceReason, each)).suppress for each in answer.reasons)
            ):
                wrong.append(answer.words)
    return Told(count, right, wrong)


def false_alarms(folder: Path) -> tuple[int, list[str]]:
    """Of what people wrote to each other: how many there are, and which are taken for a bounce or a complaint."""
    files = [path for name in ("crisp", "github") for path in sorted((folder / f"{name}-reply-parser").rglob("*.txt"))]
    wrong = [path.name for path in files if classify(parse(path.read_bytes())).kind in ("bounce", "complaint")]
    return len(files), wrong


def quotations(folder: Path, *, misses: bool = False) -> tuple[int, int, int, int]:
    """Labelled answers: how many, how many exact, with how many something quoted is left, of how many text is missing."""
    expected = json.loads((folder / "crisp-reply-parser/expected-first-fragment.json").read_text())
    exact = longer = missing = 0
    for name, want in expected.items():
        text = (folder / "crisp-reply-parser/test/fixtures" / name).read_text("utf-8", "replace")
        written, wanted = " ".join(folded(text).written.split()), " ".join(want.split())
        exact += written == wanted
        longer += written != wanted and written.startswith(wanted)
        missing += not written.startswith(wanted)
        if misses and written != wanted:
            print(f"  {name}: {'something quoted is left' if written.startswith(wanted) else 'text is missing'}")
    return len(expected), exact, longer, missing


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench incoming")
    parser.add_argument("misses", nargs="?", choices=("misses",))
    misses = parser.parse_args().misses is not None
    folder = samples()
    if not folder.is_dir():
        sys.exit("no samples here: set INFLUTUI_SAMPLES to their folder")
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    raws = [path.read_bytes() for path in files]
    began = time.process_time()
    messages = [parse(raw) for raw in raws]
    parsed = time.process_time()
    for message in messages:
        classify(message)
    judged = time.process_time()
    print(f"read: {len(raws)} of {len(files)}, {(parsed - began) / len(raws) * 1e6:,.0f} us each")
    print(f"classified: {(judged - parsed) / len(raws) * 1e6:,.0f} us each")
    count, seen, right = bounces(folder, misses=misses)
    print(
        f"bounces: {count} labelled, {seen} recognised ({seen / count:.1%}), reason right of {right} ({right / count:.1%})"
    )
    for file, what in ANSWERS.items():
        held, known = told(file, held_back=True), told(file, held_back=False, misses=misses)
        dead = len(set(held.wrongly_dead + known.wrongly_dead))
        print(
            f"answers {what}: reason right in {held.right / held.notices:.1%} of {held.notices} notices held back from the "
            f"rules, {known.right / known.notices:.1%} of {known.notices} others; {dead} addresses suppressed wrongly"
        )
    for file in creators.FILES:
        said = creators.told(file, misses=misses)
        print(
            f"{file}: {said.right} of {said.count} right, {said.mistaken} taken for something else, "
            f"{len(said.acted_wrongly)} acted upon wrongly; day of return right in {said.days} of {said.absent}"
        )
    found = [(letter.is_notice, classify(parse(letter.mail)).kind == "bounce") for letter in written.letters()]
    print(
        f"letters without a report: {found.count((True, True))} of {sum(is_notice for is_notice, _ in found)} notices "
        f"recognised, {found.count((False, True))} of {sum(not is_notice for is_notice, _ in found)} others taken for one"
    )
    many, wrong = false_alarms(folder)
    print(f"false alarms: {len(wrong)} of {many} messages that people wrote {' '.join(wrong)}".rstrip())
    total, exact, longer, missing = quotations(folder, misses=misses)
    print(
        f"quotations: {total} labelled, {exact} exact, {longer} with something quoted left, {missing} with text missing"
    )


if __name__ == "__main__":
    main()

"""`creators`: the group of verbs about people and their accounts. Each verb's module is imported only when it is called."""

from __future__ import annotations

from typing import Final

import click

from influtui.cli.verbs import Verbs

VERBS: Final[dict[str, tuple[str, str, str]]] = {
    "search": ("searching", "search", "Find creators: `tier:micro er:3.. country:US`."),
    "import": ("importing", "import_creators", "Read creators from CSV, NDJSON or an account download."),
    "export": ("exporting", "export_creators", "Write creators out without loss."),
    "show": ("showing", "show", "All that is known of one creator: sources, ages, notes, history."),
    "add": ("adding", "add", "Add one creator by profile URL, handle or name."),
    "score": ("scoring", "score", "Score relevance, authenticity, reach and fit."),
    "why": ("scoring", "why", "Explain every score of one creator to the last number."),
    "detectors": ("scoring", "detectors", "Measure the authenticity detectors where the truth is known."),
    "edit": ("editing", "edit", "Change all creators that match, as one undoable change."),
    "refresh": ("refreshing", "refresh", "Ask sources again about people who are known: the oldest figures first."),
    "note": ("noting", "note", "Write a note on a person."),
    "customers": ("customers", "customers", "Mark who is in a shop's list of customers, by e-mail or handle."),
    "duplicates": ("likeness", "duplicates", "List accounts that are likely one person's, with the evidence."),
    "merge": ("likeness", "merge", "Join the accounts of two people under one."),
    "apart": ("likeness", "apart", "Say that two are different people, so that they are not offered again."),
    "forget": ("forgetting", "forget", "Remove a person for good, and refuse them in later imports."),
}


@click.group(cls=Verbs, verbs=VERBS, no_args_is_help=True)
def creators() -> None:
    """Find, add, edit and export creators. A REF is platform:handle (instagram:anna) or #id (#17)."""

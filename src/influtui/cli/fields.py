"""Options for the fields of brands, products and campaigns: one option a field, the same for `new` and `edit`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

import click
import msgspec

from influtui.model.campaigns import Brand, Campaign, Product, fields
from influtui.model.failures import WrongUsage

C = TypeVar("C", bound=Callable[..., Any])

_HELP: Final[dict[type[msgspec.Struct], dict[str, tuple[str, str]]]] = {
    Brand: {
        "currency": ("CODE", "What it counts in: three letters."),
        "postal_address": ("TEXT", "Where post reaches it; mail to creators must carry it."),
        "ship_to": ("COUNTRIES", "Countries it ships to: US,CA or names."),
        "competitors": ("NAMES", "Competing brands or their handles, comma between."),
        "own_handles": ("HANDLES", "Its own accounts: instagram:ourbrand,tiktok:ourbrand."),
        "values": ("WORDS", "What it stands for: vegan,cruelty free."),
    },
    Product: {
        "currency": ("CODE", "Of cost and value; the brand's where it is not said."),
        "cost": ("AMOUNT", "Cost of goods: what it costs us."),
        "value": ("AMOUNT", "Retail value: what a parcel declares."),
        "url": ("URL", "Its page."),
    },
    Campaign: {
        "goal": ("GOAL", "awareness, conversion or content: weighs the scores."),
        "state": ("STATE", "draft, active, paused or closed."),
        "niche": ("WORDS", "What it is about: vegan,baking. Weighs the relevance of people."),
        "values": ("WORDS", "Values to share; the brand's where it is not said."),
        "regions": ("REGIONS", "Where its audience is: DE,AT or dach."),
        "ship_to": ("COUNTRIES", "Countries it ships to; the brand's where it is not said."),
        "wanted": ("N", "How many collaborations are wanted."),
        "outreach_ratio": ("RATIO", "How many to contact for each one wanted."),
        "currency": ("CODE", "What it counts in; the brand's where it is not said."),
        "budget": ("AMOUNT", "What it may cost."),
        "starts": ("DAY", "First day, like 2026-12-01."),
        "ends": ("DAY", "Last day."),
    },
}


def field_options(noun: type[msgspec.Struct], *, named: bool = True) -> Callable[[C], C]:
    """An option for each field of a noun; `--name` among them where `named`."""

    def add(command: C) -> C:
        for field in reversed(fields(noun)):
            metavar, help_line = _HELP[noun].get(field, ("TEXT", "Its name."))
            if field != "sku" and (named or field != "name"):
                command = click.option(f"--{field.replace('_', '-')}", metavar=metavar, help=help_line)(command)
        return command

    return add


SET: Final = click.option(
    "--set", "assignments", multiple=True, metavar="FIELD=VALUE", help="Set any field by name; FIELD= clears it."
)
DRY_RUN: Final = click.option("--dry-run", is_flag=True, help="Say what would be done; change nothing.")
CAMPAIGN: Final = click.option("--campaign", metavar="CODE", help="Default: the campaign in use.")


def said(options: Mapping[str, str | None], assignments: Sequence[str] = ()) -> dict[str, str]:
    """The fields that a command line names, as text."""
    found = {name: value for name, value in options.items() if value is not None}
    for assignment in assignments:
        name, equals, value = assignment.partition("=")
        if not equals or not name.strip():
            raise WrongUsage(
                f"“{assignment}” sets nothing", hint="Write FIELD=VALUE, like wanted=20; FIELD= clears it."
            )
        found[name.strip().casefold().replace("-", "_")] = value
    return found


def needed(options: Mapping[str, str]) -> None:
    """Refuse an edit that says nothing."""
    if not options:
        raise WrongUsage("nothing to change", hint="Name a field, like --set budget=5000; --help lists them.")

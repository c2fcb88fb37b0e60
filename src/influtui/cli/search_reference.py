"""The reference page of the search language, made from the tables that the parser reads."""

from __future__ import annotations

from typing import Final

from influtui.model.campaign_qualifiers import BRANDS, CAMPAIGNS, COLLABORATIONS, PICKS, POSTS, PRODUCTS, TODAY
from influtui.model.conversation_qualifiers import CONVERSATIONS, OUTBOX
from influtui.model.plugin_qualifiers import PLUGINS
from influtui.model.qualifiers import CREATORS, Qualifier, Table
from influtui.model.query_values import AGES, regions
from influtui.model.shipment_qualifiers import SHIPMENTS
from influtui.model.tiers import default_scheme

OTHERS: Final = (
    TODAY,
    CAMPAIGNS,
    PICKS,
    COLLABORATIONS,
    CONVERSATIONS,
    OUTBOX,
    SHIPMENTS,
    POSTS,
    PRODUCTS,
    BRANDS,
    PLUGINS,
)
"""The nouns whose lists take a QUERY too, in the order of the work."""

_HEAD = """# The search language

Made from `model/qualifiers.py` by `python -m influtui.cli.search_reference`; do not edit by hand.

One language for the app's `/` and for every command that takes a QUERY.

    tier:micro er:3.. country:US,CA -topic:gambling (vegan OR "plant based") bak*

- **Words** are looked for in {text}. A word is a whole word; `word*` finds what begins so; `"two words"` is a phrase.
  Case and the accents of Latin letters do not matter, nor how letters are styled (`𝓐𝓷𝓷𝓪`, full-width ones); `ł`, `ø` and `ß` are
  found as `l`, `o` and `ss`, Arabic and Hebrew without vowel points. Chinese, Japanese, Thai and their like are found by any
  part.
- **Side by side** means that all must hold. `OR` between two things means that one must; parentheses group.
- **`-`** directly before a word, a qualifier or a group turns it round. What is not known matches no qualifier, so `-er:>3`
  also finds those whose rate nobody knows, and every account is in exactly one of `q` and `-q`.
- **An account** is named by `platform:handle` (`instagram:anna`) or by `#17`.
- In a shell, `er:3..` and `followers:..10k` need no quotes; `>` and `<`, parentheses and phrases do.

## Values

| value | means |
|---|---|
| `10k..100k` · `3..` · `..10k` | from, to, both ends included. `k`, `m` and `b` are thousands, millions and billions |
| `>3` `>=3` `<3` `<=3` `3` | more than, at least, less than, at most, exactly |
| `US,CA` | one of these |
| `<30d` · `30d..90d` · `30d` | an age: less than, between, at most. Units: {units} |
| `2026-10` · `2026-10-01..` · `>2026` | a day, month or year in UTC |
| `vegan*` | a topic, tag, handle or word that begins so |
| `"skin care"` | a value with a blank in it |

Tiers are those of the scheme `{scheme}`: {tiers}.
"""


def page() -> str:
    """The whole page."""
    scheme = default_scheme()
    tiers = ", ".join(f"`{tier.name}` from {tier.smallest:,}" for tier in scheme.tier)
    head = _HEAD.format(
        text=CREATORS.text, units=", ".join(f"`{unit}`" for unit in AGES), scheme=scheme.scheme, tiers=tiers
    )
    return "\n".join([
        head, "## Qualifiers of creators", "", "| qualifier | what it asks | examples |", "|---|---|---|",
        *(_row(qualifier) for qualifier in CREATORS.qualifiers), "", "## Orders", "",
        "`--sort FIELD`, with `:asc` or `:desc` for the other direction. What is not known comes last in both; equals stand in"
        " the order of their numbers.", "", "| sort | by | first |", "|---|---|---|",
        *(
            f"| {_names(sort.name, sort.aliases)} | {sort.meaning} | {'largest' if sort.descending else 'smallest'} |"
            for sort in CREATORS.sorts
        ), "", *(line for table in OTHERS for line in _noun(table)), "## Regions", "", "| region | countries |", "|---|---|",
        *(f"| `{name}` | {' '.join(codes)} |" for name, codes in sorted(regions().items())), "",
    ])  # fmt: skip


def _noun(table: Table) -> list[str]:
    return [
        f"## Qualifiers of {table.noun}", "", f"Words are looked for in {table.text}.", "",
        "| qualifier | what it asks | examples |", "|---|---|---|", *(_row(qualifier) for qualifier in table.qualifiers), "",
    ]  # fmt: skip


def _row(qualifier: Qualifier) -> str:
    examples = " ".join(f"`{example}`" for example in qualifier.examples)
    choices = f": {', '.join(f'`{choice}`' for choice in qualifier.choices)}" if qualifier.choices else ""
    return f"| {_names(qualifier.name, qualifier.aliases, ':')} | {qualifier.meaning}{choices} | {examples} |"


def _names(name: str, aliases: tuple[str, ...], after: str = "") -> str:
    others = f" ({', '.join(f'`{alias}{after}`' for alias in aliases)})" if aliases else ""
    return f"`{name}{after}`{others}"


if __name__ == "__main__":
    print(page(), end="")

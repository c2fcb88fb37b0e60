"""Countries and languages as people write them, to their ISO codes.

The names are data: `data/countries.tsv`, `data/languages.tsv`, and beside each the other spellings met in files.
"""

from __future__ import annotations

import re
import unicodedata
from contextlib import suppress
from functools import cache, lru_cache

from influtui.model.shipped import shipped


@lru_cache(maxsize=4096)
def country_code(text: str) -> str | None:
    """`Spain`, `es`, `U.S.`, `España` to ISO 3166-1 alpha-2. None for what is no country that we know."""
    found = _table("countries").get(_folded(text))
    if found is None and not text.isascii():
        # `CÃ´te d'Ivoire`: UTF-8 that somebody read as Windows-1252 on the way here.
        with suppress(UnicodeError):
            found = _table("countries").get(_folded(text.encode("cp1252").decode()))
    return found


@lru_cache(maxsize=1024)
def language_code(text: str) -> str | None:
    """`English`, `en`, `en-US`, `Deutsch` to ISO 639-1. None for what is no language that we know."""
    found = _table("languages").get(_folded(text))
    if found is None and re.fullmatch(r"[A-Za-z]{2,3}[-_][A-Za-z]{2,4}(?:[-_][A-Za-z]{2})?", text.strip()):
        found = _table("languages").get(_folded(re.split("[-_]", text.strip())[0]))
    return found


@cache
def _table(name: str) -> dict[str, str]:
    """Every spelling to its code: the first column is the code, further ones names; `;` separates more names in one."""
    known: dict[str, str] = {}
    for file in (f"{name}.tsv", f"{name}_spellings.tsv"):
        for line in shipped(f"{file}").splitlines():
            if line.strip() and not line.startswith("#"):
                code, _, names = line.partition("\t")
                for spelling in (code, *re.split(r"[\t;]", names)):
                    known.setdefault(_folded(spelling), code)
    known.pop("", None)
    return known


def _folded(text: str) -> str:
    """Letters and digits only, without accents, in one case; `&` reads as `and`."""
    plain = unicodedata.normalize("NFKD", text.replace("&", " and ")).casefold()
    return "".join(char for char in plain if char.isalnum())

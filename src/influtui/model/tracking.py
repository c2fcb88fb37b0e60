"""Tracking numbers: whose is this, and does its check digit fit. Works offline, from data files beside this module.

`detect` reads one number or tracking link, `scan` finds numbers in prose. What a shipment does next is in `shipping.py`;
links to a carrier's tracking page come from the carrier's plugin.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

import msgspec

from influtui.model import records
from influtui.model.checkdigits import Check, expected
from influtui.model.shipped import shipped
from influtui.model.text import OutsideText, from_outside

LONGEST: Final = 64
"""Characters a number may have. Longer input is not looked at."""

LIKELY: Final = 0.5
"""From this confidence on a match in prose is worth showing; below it is a guess that needs a person's word."""


SURE: Final = 0.95
"""From this confidence on a match in prose needs no word beside it that speaks of parcels."""


class Candidate(msgspec.Struct, frozen=True):
    """A carrier whose number this may be."""

    carrier: str
    service: str
    confidence: float
    """0 to 1. With a fitting check digit at least 0.85; a bare run of digits that fits any number 0.1."""


class Near(msgspec.Struct, frozen=True):
    """A carrier whose numbers look like this one, but for the check digit."""

    carrier: str
    service: str
    problem: str


class Detection(msgspec.Struct, frozen=True, kw_only=True, tag_field="schema", tag="influtui.detection/1"):
    """What was recognised in one input: the command line's contract."""

    input: OutsideText
    number: str | None
    """The number as its carrier writes it: upper case, no blanks; None where there is nothing like a number."""
    valid: bool
    candidates: tuple[Candidate, ...] = ()
    """Best first. Empty where no carrier's format fits."""
    near: tuple[Near, ...] = ()
    """Only where nothing fits: what it would be with another check digit."""

    @property
    def carriers(self) -> tuple[str, ...]:
        """The carriers that remain possible when only the most confident matches count."""
        best = self.candidates[0].confidence if self.candidates else 0
        return tuple(candidate.carrier for candidate in self.candidates if candidate.confidence == best)


class Format(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One shape of number of one carrier: a row of `formats.toml`."""

    id: str
    carrier: str
    service: str
    lengths: frozenset[int]
    pattern: str
    check: Check | None = None
    routing: bool = False
    distinct: bool = False


class CarrierName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A carrier as people know it: a row of `carriers.toml`."""

    name: str
    hosts: tuple[str, ...] = ()


class _Formats(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    confidence: dict[str, float]
    format: tuple[Format, ...]


class _Carriers(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    parameters: tuple[str, ...]
    words: frozenset[str]
    carrier: dict[str, CarrierName]


def detect(text: str) -> Detection:
    """Recognise one number, or the number in one tracking link."""
    given = from_outside(text)
    if re.match(r"\s*https?://|\s*www\.", text, re.IGNORECASE):
        return _in_link(text.strip(), given)
    return recognised(normalised(text), given)


def scan(text: str) -> Iterator[Detection]:
    """The numbers in prose, in their order, each once.

    A number that could as well be a date or an order counts only where its line, or the one before, speaks of a parcel
    or a carrier, or where the line has nothing else.
    """
    seen: set[str] = set()
    before = ""
    for line in text.splitlines():
        for found in _in_line(line):
            sure = found.candidates[0].confidence >= SURE or _speaks_of_parcels(before, line, found)
            if sure and found.number is not None and found.number not in seen:
                seen.add(found.number)
                yield found
        before = line or before


def carriers() -> dict[str, CarrierName]:
    """Every carrier that can be recognised, by code."""
    return _carrier_data().carrier


def carrier_name(code: str) -> str:
    """How people call a carrier; its code where it is not one of ours."""
    known = carriers().get(code)
    return known.name if known else code


def normalised(text: str) -> str:
    """A number without blanks, dashes and the punctuation of the sentence it stood in, in upper case."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
        text = "".join("-" if unicodedata.category(char) == "Pd" else char for char in text)
        text = "".join(char for char in text if unicodedata.category(char) != "Cf")
    return re.sub(r"[\s\-]+", "", text).strip("#.,;:()[]<>\"'").upper()


def recognised(number: str, given: OutsideText, *, among: frozenset[str] | None = None) -> Detection:
    """Match a normalised number against every format (of the carriers `among`)."""
    if not number:
        return Detection(input=given, number=None, valid=False)
    best: dict[str, tuple[Candidate, str]] = {}
    near: list[Near] = []
    for shape in _by_length().get(len(number), ()) if len(number) <= LONGEST else ():
        if among is not None and shape.carrier not in among:
            continue
        match = _compiled(shape.pattern).fullmatch(number)
        if match is None:
            continue
        problem = _problem(shape, match)
        if problem:
            near.append(Near(shape.carrier, shape.service, problem))
            continue
        candidate = Candidate(shape.carrier, _service(shape, match), _confidence(shape))
        if shape.carrier not in best or best[shape.carrier][0].confidence < candidate.confidence:
            bare = match["serial"] + match["check"] if shape.routing else number
            best[shape.carrier] = candidate, bare
    if not best:
        return Detection(input=given, number=number, valid=False, near=tuple(near))
    ranked = sorted(best.values(), key=lambda found: (-found[0].confidence, found[0].carrier))
    return Detection(
        input=given, number=ranked[0][1], valid=True, candidates=tuple(candidate for candidate, _ in ranked)
    )


def _problem(shape: Format, match: re.Match[str]) -> str | None:
    serial = match["serial"]
    if not shape.distinct and not serial.strip("0"):
        return "all zeros"
    if shape.check is not None:
        wanted = expected(serial, shape.check)
        if match["check"] != wanted:
            return f"the check digit is {match['check']} and would have to be {wanted}"
    if "country" in match.re.groupindex and match["country"] not in _posts():
        return f"no post has the code {match['country']}"
    return None


def _confidence(shape: Format) -> float:
    kind = {(True, True): "check_and_distinct", (True, False): "check", (False, True): "distinct"}
    return _data().confidence[kind.get((shape.check is not None, shape.distinct), "neither")]


def _service(shape: Format, match: re.Match[str]) -> str:
    groups = match.re.groupindex
    name = shape.service
    if "kind" in groups:
        for pattern, service in _services().get(shape.id, ()):
            if re.fullmatch(pattern, match["kind"]):
                name = service
                break
    return f"{name}, {_posts()[match['country']]}" if "country" in groups else name


def _in_link(link: str, given: OutsideText) -> Detection:
    from urllib.parse import parse_qsl, unquote, urlsplit

    try:
        parts = urlsplit(link if "://" in link else f"https://{link}")
        host = (parts.hostname or "").casefold()
        # Some pages keep their query in the fragment: `#/search?searchFor=…`.
        path, _, rest = parts.fragment.partition("?")
        pairs = parse_qsl(parts.query) + parse_qsl(rest or path)
        places = [unquote(place) for place in (*parts.path.split("/"), *path.split("/"))]
    except ValueError:
        return Detection(input=given, number=None, valid=False)
    named = set(_carrier_data().parameters)
    texts = [value for name, value in pairs if name.casefold() in named]
    texts += [place for place in places if sum(char.isdigit() for char in place) >= 6]
    owners = frozenset(code for code, carrier in carriers().items() if _belongs(host, carrier.hosts)) or None
    numbers = [normalised(number) for text in texts for number in re.split(r"[,;\n]", text) if normalised(number)]
    tried = [recognised(number, given, among=owners) for number in numbers]
    # A post's page also tracks what other carriers hand to it, so a known host narrows the choice and does not close it.
    tried += [recognised(number, given) for number in numbers] if owners else []
    found = [detection for detection in tried if detection.valid] or tried
    return found[0] if found else Detection(input=given, number=None, valid=False)


def _belongs(host: str, hosts: Iterable[str]) -> bool:
    return any(host == own or host.endswith(f".{own}") for own in hosts)


_WORD: Final = re.compile(r"https?://\S+|(?<![\w+$€£@#/])[A-Z0-9]+(?![\w@])", re.ASCII)
_MOST_WORDS: Final = 16


def _in_line(line: str) -> Iterator[Detection]:
    words = list(_WORD.finditer(line))
    at = 0
    while at < len(words):
        taken, found = _starting_at(line, words[at : at + _MOST_WORDS])
        if found is not None:
            yield found
        at += taken


def _speaks_of_parcels(before: str, line: str, found: Detection) -> bool:
    words = set(re.findall(r"[^\W\d_]+", f"{before} {line}".casefold()))
    alone = not re.search(r"[^\W_]", line.replace(found.input, "", 1))
    return alone or bool(words & (_carrier_data().words | _carrier_words()))


def _starting_at(line: str, words: list[re.Match[str]]) -> tuple[int, Detection | None]:
    """The number that begins with the first word: how many words it takes, and what it is."""
    first = words[0][0]
    if first.startswith("http"):
        found = detect(first.rstrip(".,;)>"))
        return 1, found if found.valid else None
    longest = 1
    while longest < len(words) and re.fullmatch(r"[ -]", line[words[longest - 1].end() : words[longest].start()]):
        longest += 1
    # A long word that is a number by itself is not the head of a longer one; otherwise the longest run of words wins.
    sizes = [1, *range(longest, 1, -1)] if len(first) >= 10 else range(longest, 0, -1)
    for size in sizes:
        number = "".join(word[0] for word in words[:size])
        if len(number) < 8 or not _ends_a_number(words[size - 1][0]):
            continue
        given = from_outside(line[words[0].start() : words[size - 1].end()])
        found = recognised(number, given)
        if found.valid and found.candidates[0].confidence >= LIKELY:
            return size, found
    return 1, None


def _ends_a_number(word: str) -> bool:
    """The last word of a number has a digit or is a country's code; anything else is the sentence going on."""
    return len(word) <= 2 or any(char.isdigit() for char in word)


@cache
def _data() -> _Formats:
    return records.convert(tomllib.loads(_read("formats.toml")), _Formats)


@cache
def _carrier_data() -> _Carriers:
    return records.convert(tomllib.loads(_read("carriers.toml")), _Carriers)


@cache
def _carrier_words() -> frozenset[str]:
    """The words of the carriers' names and codes."""
    names = " ".join(f"{code} {carrier.name}" for code, carrier in carriers().items())
    return frozenset(re.findall(r"[^\W\d_]{3,}", names.casefold().replace("_", " "))) - {"post", "express", "global"}


@cache
def _by_length() -> dict[int, list[Format]]:
    found: dict[int, list[Format]] = {}
    for shape in _data().format:
        for length in shape.lengths:
            found.setdefault(length, []).append(shape)
    return found


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)


@cache
def _services() -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for shape, kind, service in _table("services.tsv"):
        found.setdefault(shape, []).append((kind, service))
    return found


@cache
def _posts() -> dict[str, str]:
    return {row[0]: row[1] for row in _table("posts.tsv")}


def _table(name: str) -> Iterator[tuple[str, ...]]:
    """The rows of a TSV data file, without its comments and its heading."""
    lines = [line for line in _read(name).splitlines() if not line.startswith("#")]
    yield from (tuple(line.split("\t")) for line in lines[1:])


def _read(name: str) -> str:
    return shipped(f"tracking/{name}")

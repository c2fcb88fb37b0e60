"""The search language: from what a person writes to a tree (`model/query_ast.py`).

    tier:micro followers:10k..100k er:>3 country:US,CA -topic:gambling (vegan OR "plant based") bak*

Parts stand side by side and all must hold; `OR`, parentheses and `-` do what they say; `platform:handle` and `#id` name
one account. Which qualifiers there are is `model/qualifiers.py`'s to say, what their values may be
`model/query_values.py`'s. Every error names its position and, where there is one, the nearest right word.
"""

from __future__ import annotations

from typing import ClassVar, Final, NamedTuple, NoReturn

from influtui.model.creators import PLATFORMS, handle_key
from influtui.model.failures import WrongUsage
from influtui.model.nearest import nearest
from influtui.model.qualifiers import Qualifier, Table
from influtui.model.query_ast import Everything, Field, Query, Says, Span, both, either, negated
from influtui.model.query_values import Misread, Piece, WrongValue, account, meaning, text_words

LONGEST: Final = 10_000
MOST_PARTS: Final = 100
DEEPEST: Final = 40
_ORDER_WORDS: Final = ("sort", "order", "orderby", "sortby")


class QueryError(WrongUsage):
    """A query that cannot be read. `position` counts characters from 0; `suggestion` is the nearest right word."""

    kind: ClassVar[str] = "query"

    def __init__(self, message: str, position: int, hint: str | None = None, suggestion: str | None = None) -> None:
        if suggestion:
            hint = f"Did you mean {suggestion}?" + (f" {hint}" if hint else "")
        super().__init__(message, hint=hint, at=f"character {position + 1}")
        self.position = position
        self.suggestion = suggestion


def parse(text: str, table: Table) -> Query:
    """Read a query about the noun of `table`. Raises `QueryError`."""
    if len(text) > LONGEST:
        raise QueryError(f"the query is longer than {LONGEST} characters", LONGEST)
    if not text.isascii():
        from influtui.model.query_marks import plain_marks  # few queries need it, and none before the first frame

        text = plain_marks(text)
    return _Parser(text, table).query()


class _Item(NamedTuple):
    """A word, a phrase or a qualifier with its value, as it was written."""

    position: int
    qualifier: str
    """What stood before the colon; empty for bare words."""
    pieces: list[Piece]


class _Parser:
    """Recursive descent over the text, with its place in `_at`."""

    def __init__(self, text: str, table: Table) -> None:
        self._text = text
        self._table = table
        self._at = 0
        self._depth = 0
        self._parts = 0

    def query(self) -> Query:
        """The whole text."""
        self._skip_blanks()
        if self._at == len(self._text):
            return Everything()
        found = self._alternatives()
        if self._at < len(self._text):
            self._fail("there is a ) without its (", self._at)
        return found

    def _alternatives(self) -> Query:
        parts = [self._sequence()]
        while (or_at := self._keyword("OR")) is not None:
            if self._at == len(self._text) or self._text[self._at] == ")":
                self._fail(
                    "after OR something is missing", or_at, "OR stands between two things, one of which must hold."
                )
            parts.append(self._sequence())
        return either(*parts)

    def _sequence(self) -> Query:
        parts: list[Query] = []
        while self._at < len(self._text) and self._text[self._at] != ")" and not self._is_keyword("OR"):
            if (and_at := self._keyword("AND")) is not None:
                if not parts or self._at == len(self._text) or self._text[self._at] == ")" or self._is_keyword("OR"):
                    self._fail(
                        "AND has nothing on one of its sides",
                        and_at,
                        "Parts side by side must all hold; AND may be left out.",
                    )
                continue
            parts.append(self._part())
        if not parts:
            self._fail("something is missing here", self._at, "OR stands between two things, one of which must hold.")
        return both(*parts)

    def _part(self) -> Query:
        start, negate = self._at, False
        while True:
            if self._text.startswith("-", self._at):
                self._at += 1
            elif self._keyword("NOT") is None:
                break
            negate = not negate
            if self._at == len(self._text) or self._text[self._at].isspace() or self._text[self._at] == ")":
                sign = "-" if self._text.startswith("-", start) else "NOT"
                self._fail(
                    f"there is nothing after the {sign}",
                    start,
                    "A - stands directly before what must not hold: -topic:x.",
                )
        self._parts += 1
        if self._parts > MOST_PARTS:
            self._fail(f"the query has more than {MOST_PARTS} parts", start)
        found = self._group() if self._text[self._at] == "(" else self._leaf()
        self._skip_blanks()
        return negated(found) if negate else found

    def _group(self) -> Query:
        opened = self._at
        self._depth += 1
        if self._depth > DEEPEST:
            self._fail(f"there are more than {DEEPEST} parentheses within each other", opened)
        self._at += 1
        self._skip_blanks()
        if self._text.startswith(")", self._at):
            self._fail("there is nothing between the parentheses", opened)
        if self._at == len(self._text):
            self._fail("this ( is never closed", opened, "Write the ) that belongs to it.")
        found = self._alternatives()
        if self._at == len(self._text):
            self._fail("this ( is never closed", opened, "Write the ) that belongs to it.")
        self._at += 1
        self._depth -= 1
        return found

    def _leaf(self) -> Query:
        item = self._item()
        if not item.qualifier:
            return self._bare(item.pieces[0])
        known = self._table.named(item.qualifier)
        if known is None:
            return self._other(item)
        if not item.pieces:
            example = " or ".join(known.examples[:2])
            self._fail(f"after {item.qualifier}: a value is missing", self._at, f"Write {example}.")
        empty = next((piece for piece in item.pieces if not piece.text), None)
        if empty:
            self._fail("there is nothing between two commas", empty.position)
        return self._qualified(known, item)

    def _bare(self, piece: Piece) -> Query:
        if not piece.quoted and piece.text[:1] == "#" and piece.text[1:].isascii() and piece.text[1:].isdigit():
            field = self._table.named("id")
            if field and len(piece.text) < 16:
                number = int(piece.text[1:])
                return Field(field.stored, (Span(number, number),))
        if not self._table.text:
            self._fail(f"{self._table.noun} have no text to search", piece.position, "Use a qualifier.")
        try:
            return text_words(piece.text)
        except WrongValue as error:
            raise QueryError(error.message, piece.position, error.hint) from error

    def _qualified(self, known: Qualifier, item: _Item) -> Query:
        try:
            return meaning(known, item.pieces, self._table)
        except Misread as misread:
            near = misread.error.mended or _nearest(misread.piece.text, misread.error.choices)
            suggestion = f"{item.qualifier}:{near}" if near else None
            hint = misread.error.hint
            if not suggestion and not hint and misread.error.choices:
                hint = f"There are: {', '.join(misread.error.choices[:16])}{', …' if len(misread.error.choices) > 16 else ''}."
            raise QueryError(misread.error.message, misread.piece.position, hint, suggestion) from misread

    def _other(self, item: _Item) -> Query:
        """A colon after something that is no qualifier: an account, an address, or an error."""
        word = item.qualifier.casefold()
        value = ",".join(piece.text for piece in item.pieces)
        url = self._table.named("url")
        if url and word in ("http", "https"):
            try:
                return Field(url.stored, (Says(text_words(value)),))
            except WrongValue as error:
                raise QueryError(error.message, item.position) from error
        platforms = self._table.named("platform")
        if platforms and word in (platforms.choices or PLATFORMS) and self._table.named("handle") and handle_key(value):
            return account(word, value)
        if word in _ORDER_WORDS and self._table.sorts:
            order = self._table.sort(value)
            said = f"--sort {order.name if order else self._table.sorts[0].name}"
            raise QueryError(
                "an order is no part of a query", item.position, f"Say {said} beside it; in the app it is the key o."
            )
        names = tuple(name for each in self._table.qualifiers for name in (each.name, *each.aliases))
        near = _nearest(word, names)
        hint = None if near else f"There are: {', '.join(each.name for each in self._table.qualifiers)}."
        raise QueryError(
            f"“{item.qualifier}” is not a qualifier of {self._table.noun}", item.position, hint, near and f"{near}:"
        )

    def _item(self) -> _Item:
        start = self._at
        if self._text[start] == '"':
            return _Item(start, "", [Piece(self._quoted(), True, start)])
        name_ends = start
        while name_ends < len(self._text) and (self._text[name_ends].isalpha() or self._text[name_ends] == "_"):
            name_ends += 1
        if name_ends > start and self._text[name_ends : name_ends + 1] == ":":
            self._at = name_ends + 1
            return _Item(start, self._text[start:name_ends], self._values())
        while self._at < len(self._text) and not self._ends_word(self._text[self._at]):
            self._at += 1
        return _Item(start, "", [Piece(self._text[start : self._at], False, start)])

    def _values(self) -> list[Piece]:
        pieces: list[Piece] = []
        while True:
            start = self._at
            if self._text.startswith('"', start):
                pieces.append(Piece(self._quoted(), True, start))
            else:
                while self._at < len(self._text) and not self._ends_word(self._text[self._at], ","):
                    self._at += 1
                pieces.append(Piece(self._text[start : self._at], False, start))
            if not self._text.startswith(",", self._at):
                break
            self._at += 1
        return [] if pieces == [Piece("", False, pieces[0].position)] else pieces

    def _quoted(self) -> str:
        opened = self._at
        closed = self._text.find('"', opened + 1)
        if closed < 0:
            self._fail("this quotation mark is never closed", opened, 'Write the " that ends the phrase.')
        self._at = closed + 1
        return self._text[opened + 1 : closed]

    @staticmethod
    def _ends_word(char: str, also: str = "") -> bool:
        return char.isspace() or char in '()"' or char in also

    def _is_keyword(self, word: str) -> bool:
        after = self._at + len(word)
        return self._text.startswith(word, self._at) and (
            after == len(self._text) or self._text[after].isspace() or self._text[after] in "()"
        )

    def _keyword(self, word: str) -> int | None:
        """Take `OR`, `AND` or `NOT` if it stands here. Returns where it stood."""
        if not self._is_keyword(word):
            return None
        start = self._at
        self._at += len(word)
        self._skip_blanks()
        return start

    def _skip_blanks(self) -> None:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1

    def _fail(self, message: str, position: int, hint: str | None = None, suggestion: str | None = None) -> NoReturn:
        raise QueryError(message, position, hint, suggestion)


def _nearest(word: str, choices: tuple[str, ...]) -> str | None:
    by_folded = {choice.casefold(): choice for choice in choices}
    found = nearest(word, by_folded)
    return by_folded[found] if found else None

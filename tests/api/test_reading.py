"""What platforms send is read with patience: what is odd costs itself, what is absent is unknown."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest

from influtui.api import Number, Skipped, UpstreamChanged, count, email_in, moment, read, read_each


class Person(msgspec.Struct, frozen=True):
    handle: str
    bio: str = ""
    fans: int | None = None
    labels: list[str] = []


class People(msgspec.Struct, frozen=True):
    people: list[msgspec.Raw]


def test_a_null_is_the_same_as_an_absent_key() -> None:
    body = b'{"handle": "ada", "bio": null, "labels": [null, "x"], "more": null}'
    assert read(body, Person, "Acme") == Person("ada", labels=["x"])


def test_half_a_character_and_bytes_that_are_no_text_are_mended() -> None:
    assert read(b'{"handle": "a", "bio": "\\ud83d!"}', Person, "Acme").bio == "?!"
    assert read(b'{"handle": "a", "bio": "caf\xe9"}', Person, "Acme").bio == "caf\N{REPLACEMENT CHARACTER}"
    broken = b'{"people": [{"handle": "a", "bio": "\\ud83d"}, {"handle": "b", "fans": NaN}]}'
    people, odd = read_each(read(broken, People, "Acme").people, Person)
    assert ([each.handle for each in people], odd) == (["a", "b"], [])


def test_an_odd_entry_costs_only_itself_and_is_named_with_what_is_odd() -> None:
    entries = [b'{"handle": "a"}', b'{"handle": "b", "fans": []}', b'{"id": 7}', b"[]", b'"x"', b'{"handle": "c"}']
    people, odd = read_each([msgspec.Raw(each) for each in entries], Person)
    assert [each.handle for each in people] == ["a", "c"]
    assert [each.ref for each in odd] == ["b", "7", "?", "?"]
    assert odd[0] == Skipped(
        "b", "the account's entry cannot be read: Expected `int | null`, got `array` - at `$.fans`"
    )


@pytest.mark.parametrize("body", [b"", b"<html>", b"null", b"[]", b'{"people": 3}', b'{"people": [', b"[" * 9_999])
def test_an_answer_of_another_shape_is_said_to_be_one(body: bytes) -> None:
    with pytest.raises(UpstreamChanged, match="an answer of Acme does not look like People") as caught:
        read(body, People, "Acme")
    assert caught.value.path


@pytest.mark.parametrize(("sent", "number"), [
    (0, 0), (12, 12), ("12", 12), (" 7 ", 7), (12.0, 12), (12.5, None), (-1, None), ("-1", None), ("", None), ("1e3", None),
    (None, None), (float("nan"), None), (float("inf"), None), ("٣", None), (10**16, None), ("9" * 99, None),
])  # fmt: skip
def test_a_count_is_a_number_or_unknown(sent: Number, number: int | None) -> None:
    assert count(sent) == number


@pytest.mark.parametrize("sent", [
    "2026-11-22T12:00:00Z", "2026-11-22T12:00:00.000Z", "2026-11-22T12:00:00+0000", "2026-11-22T13:00:00+01:00",
    1_795_348_800, 1_795_348_800_000, "1795348800",
])  # fmt: skip
def test_times_are_read_in_the_forms_that_platforms_write(sent: Number) -> None:
    assert moment(sent) == datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize("sent", [None, "", "yesterday", "2026-11-22T12:00:00", "2026-13-40", 0, -5, 10**15, "9" * 30])
def test_what_is_no_time_or_stands_nowhere_is_unknown(sent: Number) -> None:
    assert moment(sent) is None


def test_an_address_for_mail_is_found_and_none_is_made() -> None:
    assert email_in(None, "", "write to Ada.B+x@mail.example.org!") == "Ada.B+x@mail.example.org"
    assert email_in("me@server", "@ada@mastodon.example@x", "no") is None

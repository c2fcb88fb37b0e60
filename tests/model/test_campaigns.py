"""Brands, products and campaigns: what their fields accept, and what they refuse with a sentence."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from influtui.model.campaigns import Brand, Campaign, Product, campaign_code, changed, code_from, fields
from influtui.model.failures import WrongUsage
from influtui.model.money import Money

CAMPAIGN = Campaign(code="SPRING", name="Spring", brand="Acme", currency="EUR")
PRODUCT = Product(brand="Acme", sku="SERUM", name="Serum", currency="EUR", cost=Money(720, "EUR"))


def test_every_field_of_a_campaign_is_read_from_text() -> None:
    made = changed(
        CAMPAIGN,
        {
            "goal": "Conversion", "state": "paused", "niche": "Vegan, baking,,vegan ", "values": "fair",
            "regions": "DACH, France", "ship_to": "de, Austria", "wanted": "7", "outreach_ratio": "1.5",
            "budget": "5000", "starts": "2026-12-01", "ends": "2026-12-31", "name": "Winter",
        },
    )  # fmt: skip
    assert (made.goal, made.state, made.niche) == ("conversion", "paused", ("baking", "vegan"))
    assert (made.regions, made.ship_to) == (("FR", "dach"), ("AT", "DE"))
    assert (made.wanted, made.outreach_ratio, made.budget) == (7, 1.5, Money(500_000, "EUR"))
    assert (made.starts, made.ends) == (date(2026, 12, 1), date(2026, 12, 31))


def test_what_may_be_unknown_can_be_cleared() -> None:
    full = changed(CAMPAIGN, {"budget": "5000", "starts": "2026-12-01", "niche": "vegan"})
    bare = changed(full, {"budget": "", "starts": "", "niche": ""})
    assert bare == CAMPAIGN


@pytest.mark.parametrize(
    ("field", "text", "message"),
    [
        ("goal", "fame", "not one of awareness, conversion, content"),
        ("ends", "31.12.2026", "is not a day"),
        ("starts", "2026-13-01", "is not a day"),
        ("wanted", "0", "not a number of people"),
        ("wanted", "many", "not a number of people"),
        ("outreach_ratio", "0.5", "is not a ratio"),
        ("outreach_ratio", "nan", "is not a ratio"),
        ("ship_to", "Atlantis", "is not a country"),
        ("regions", "Atlantis", "is not a country"),
        ("currency", "EURO", "is not a currency"),
        ("budget", "lots", "is not an amount"),
        ("budget", "-5", "less than nothing"),
        ("name", "", "cannot be empty"),
    ],
)
def test_what_makes_no_sense_is_refused_by_field(field: str, text: str, message: str) -> None:
    with pytest.raises(WrongUsage, match=message) as refused:
        changed(CAMPAIGN, {field: text})
    assert refused.value.message.startswith(f"{field}: ")


def test_a_campaign_cannot_end_before_it_starts_whichever_day_is_changed() -> None:
    running = changed(CAMPAIGN, {"starts": "2026-12-01", "ends": "2026-12-31"})
    for change in ({"ends": "2026-11-30"}, {"starts": "2027-01-01"}):
        with pytest.raises(WrongUsage, match=r"ends .* before it starts"):
            changed(running, change)
    changed(running, {"starts": "2027-01-01", "ends": "2027-01-01"})


def test_an_unknown_field_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(WrongUsage, match="a campaign has no field “budjet”") as refused:
        changed(CAMPAIGN, {"budjet": "5"})
    assert "Did you mean budget?" in (refused.value.hint or "")


def test_an_amount_does_not_silently_change_its_currency() -> None:
    with pytest.raises(WrongUsage, match=r"cost is 7\.20 EUR, not JPY"):
        changed(PRODUCT, {"currency": "JPY"})
    assert changed(PRODUCT, {"currency": "JPY", "cost": "1200"}).cost == Money(1200, "JPY")


@pytest.mark.parametrize("sku", ["", "two words", "a,b", "a|b"])
def test_a_sku_is_one_word(sku: str) -> None:
    with pytest.raises(WrongUsage, match="not a SKU"):
        changed(PRODUCT, {"sku": sku})


def test_own_accounts_are_named_with_their_platform() -> None:
    brand = changed(Brand(name="Acme"), {"own_handles": "instagram:@acme, TikTok:acme.de"})
    assert brand.own_handles == ("instagram:acme", "tiktok:acme.de")
    with pytest.raises(WrongUsage, match="own_handles"):
        changed(brand, {"own_handles": "acme"})


@pytest.mark.parametrize(
    ("name", "code"), [("Spring serum", "SPRING-SERUM"), ("  Été 2026!! ", "ETE-2026"), ("a" * 50, "A" * 32)]
)
def test_a_code_is_made_from_the_name(name: str, code: str) -> None:
    assert code_from(name) == code


def test_a_name_without_letters_needs_a_code() -> None:
    with pytest.raises(WrongUsage, match="no code can be made") as refused:
        code_from("春")
    assert refused.value.hint == "Give one with --code."


@pytest.mark.parametrize("code", ["add", "LIST", "a b", "", "-x", "é"])
def test_a_code_that_a_command_line_could_not_carry_is_refused(code: str) -> None:
    with pytest.raises(WrongUsage):
        campaign_code(code)


@given(st.sampled_from(fields(Campaign)), st.text(max_size=60))
def test_no_text_makes_anything_but_a_campaign_or_a_clear_refusal(field: str, text: str) -> None:
    with suppress(WrongUsage):
        assert isinstance(changed(CAMPAIGN, {field: text}), Campaign)

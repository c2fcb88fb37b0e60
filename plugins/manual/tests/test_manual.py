"""Every carrier whose numbers are recognised has a page where they can be followed."""

from __future__ import annotations

import tomllib
from importlib.resources import files
from urllib.parse import urlsplit

import pytest
from influtui_manual import ManualCarrier

from influtui.model.tracking import carriers, detect

MANIFEST = tomllib.loads(files("influtui_manual").joinpath("influtui.toml").read_text("utf-8"))
LINKS = tomllib.loads(files("influtui_manual").joinpath("links.toml").read_text("utf-8"))


def test_every_carrier_that_is_recognised_is_announced_and_has_a_link() -> None:
    announced = MANIFEST["carrier"][0]["carriers"]
    assert set(announced) == carriers().keys()
    for carrier in announced:
        link = ManualCarrier().tracking_url(carrier, "RB123456785GB")
        assert link is not None
        assert urlsplit(link).scheme == "https"
        assert "RB123456785GB" in link


@pytest.mark.parametrize(("carrier", "number"), [
    ("ups", "1Z5R89390357567127"), ("usps", "9400111206206406260787"), ("fedex", "986578788855"), ("s10", "RB123456785GB"),
    ("dhl", "3318810025"), ("canada_post", "0073938000549297"), ("yodel", "JJD0002257639032011"),
    ("purolator", "320595463938"), ("old_dominion", "80003280379"), ("yunexpress", "YT2229521272164446"),
])  # fmt: skip
def test_a_link_that_we_give_is_a_link_that_we_read(carrier: str, number: str) -> None:
    link = ManualCarrier().tracking_url(carrier, number)
    assert link is not None
    found = detect(link)
    assert found.number == number
    assert found.candidates[0].carrier == carrier


def test_postal_numbers_lead_to_the_post_that_handed_them_out() -> None:
    carrier = ManualCarrier()
    assert "royalmail.com" in (carrier.tracking_url("s10", "RB123456785GB") or "")
    assert "usps.com" in (carrier.tracking_url("s10", "RB123456785US") or "")
    assert carrier.tracking_url("s10", "RB123456785CV") == LINKS["post"]["any"].replace("{number}", "RB123456785CV")


def test_a_number_cannot_leave_its_place_in_the_link() -> None:
    link = ManualCarrier().tracking_url("ups", "1Z&evil=1#/../?x")
    assert link == "https://www.ups.com/track?tracknum=1Z%26evil%3D1%23%2F..%2F%3Fx"


def test_a_carrier_that_nobody_knows_has_no_link() -> None:
    assert ManualCarrier().tracking_url("pigeon", "1") is None

"""The script of the demo world (`data/story.toml`): brands, products, campaigns and what is written; and made-up numbers."""

from __future__ import annotations

import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from random import Random

import msgspec

from influtui.model import records
from influtui.model.profiles import page
from influtui.model.tracking import detect


class Brand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A brand, its fields as a person would type them."""

    name: str
    currency: str
    postal_address: str
    ship_to: str
    competitors: str
    own_handles: str
    values: str

    def fields(self) -> dict[str, str]:
        """What is said of it beside the name."""
        said = msgspec.structs.asdict(self)
        del said["name"]
        return said


class Product(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A product of a brand."""

    brand: str
    sku: str
    name: str
    cost: str
    value: str

    def fields(self) -> dict[str, str]:
        """What is said of it beside brand and SKU."""
        return {"name": self.name, "cost": self.cost, "value": self.value}


class Campaign(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A campaign, and how many people stand where in it when the story ends."""

    brand: str
    name: str
    code: str
    goal: str
    niche: str
    topics: tuple[str, ...]
    values: str
    regions: str
    wanted: int
    budget: str
    products: tuple[str, ...]
    began: int
    ended: int
    state: str
    stages: dict[str, int]

    def fields(self, *, starts: date, ends: date) -> dict[str, str]:
        """What is said of it when it is made. It is closed only at its end."""
        return {
            "goal": self.goal,
            "niche": self.niche,
            "values": self.values,
            "regions": self.regions,
            "wanted": str(self.wanted),
            "budget": self.budget,
            "starts": starts.isoformat(),
            "ends": ends.isoformat(),
            "state": "draft" if self.state == "draft" else "active",
        }


class Texts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is written, to and by creators, and about them."""

    first: tuple[str, ...]
    yes: tuple[str, ...]
    questions: tuple[str, ...]
    no: tuple[str, ...]
    offer: tuple[str, ...]
    agreed: tuple[str, ...]
    sent: str
    arrived: tuple[str, ...]
    thanks: tuple[str, ...]
    understood: str
    nudge: str
    notes: tuple[str, ...]
    reasons: tuple[str, ...]


class Script(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole script."""

    brand: tuple[Brand, ...]
    product: tuple[Product, ...]
    campaign: tuple[Campaign, ...]
    texts: Texts

    def brand_of(self, campaign: Campaign) -> Brand:
        """The brand that runs a campaign."""
        return next(brand for brand in self.brand if brand.name == campaign.brand)


@cache
def script() -> Script:
    """The script as it ships."""
    text = files("influtui.demo").joinpath("data/story.toml").read_text("utf-8")
    return records.convert(tomllib.loads(text), Script)


def parcel_number(random: Random, *, european: bool) -> str:
    """A tracking number whose check digit fits, of nobody's parcel."""
    if european or random.random() < 0.4:
        serial = f"{random.randrange(10**8):08d}"
        return _checked(f"RR{serial}", "DE" if european else "US")
    return _checked(f"1Z{random.randrange(10**6):06d}03{random.randrange(10**7):07d}", "")


def _checked(before: str, after: str) -> str:
    for digit in "0123456789":
        if detect(number := f"{before}{digit}{after}").valid:
            return number
    raise RuntimeError(f"no check digit fits {before}")


def post_url(platform: str, handle: str, random: Random) -> str:
    """The address of a post that nobody made."""
    code = "".join(random.choice("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(11))
    if platform == "instagram":
        return f"https://www.instagram.com/reel/{code}/"
    if platform == "tiktok":
        return f"https://www.tiktok.com/@{handle}/video/{random.randrange(10**18, 9 * 10**18)}"
    if platform == "youtube":
        return f"https://www.youtube.com/watch?v={code}"
    return f"{page(platform, handle).rstrip('/')}/post/{code}"

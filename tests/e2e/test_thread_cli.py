"""The whole job through the command line, in processes of its own: from a file of creators to cost per mille.

A real SMTP receiver takes the letter, a stand-in answers for Bluesky; nothing else is stood in for. It is run on a
hand-written file and, where the samples are, on a real one.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from bluesky_stand_in import BlueskyStandIn, Person
from mail_receiver import MailReceiver

WRITTEN = """\
Handle;Full name;Followers;ER;Country;Category
@anna.bakes;Anna Beispiel;12,3K;3.1%;Germany;vegan baking
ben_brot;Ben Beispiel;48000;N/A;Austria;baking
carla;Carla Muster;910;5,2%;France;beauty
dora.eats;Dora Muster;1.2M;0.9%;Germany;food
"""
REAL = "social_media_influencers-instagram_june_2022_june_2022.csv"
PARCEL = "1Z5R89390357567127"
TERMS = (
    "--content", "1 reel", "--captions", "#ad first, @acme", "--go-live", "2026-12-01", "--placement", "Instagram reel",
    "--retention", "90 days", "--rights", "organic, 6 months", "--fee", "437.30", "--product", "SERUM-30",
)  # fmt: skip


class Shell:
    """`influtui` as a shell starts it: a process a command, JSON on standard output, an exit code."""

    def __init__(self, home: Path, **variables: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("INFLUTUI_", "XDG_"))}
        self._environment = kept | {
            "HOME": str(home), "INFLUTUI_WORKSPACE": str(home / "workspace"), "PYTHONWARNINGS": "error", **variables
        }  # fmt: skip

    def run(self, *words: str, exits: int = 0, typed: str = "") -> str:
        """Standard output of a command that must end so."""
        done = subprocess.run(
            [sys.executable, "-m", "influtui", *words],
            input=typed, capture_output=True, text=True, timeout=60, env=self._environment, check=False,
        )  # fmt: skip
        assert done.returncode == exits, f"{words}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr
        return done.stdout

    def json(self, *words: str, exits: int = 0, typed: str = "") -> list[dict[str, Any]]:
        """The objects that a command answers with."""
        return [json.loads(line) for line in self.run("--json", *words, exits=exits, typed=typed).splitlines()]


@pytest.fixture
def receiver() -> Iterator[MailReceiver]:
    started = MailReceiver().start()
    yield started
    started.stop()


@pytest.fixture
def bluesky() -> Iterator[BlueskyStandIn]:
    people = [
        Person(handle=f"baker{number}.example", name=f"Baker {number}", bio="vegan baking", followers=900)
        for number in range(3)
    ]
    started = BlueskyStandIn(people).start()
    yield started
    started.stop()


@pytest.fixture
def shell(tmp_path: Path, receiver: MailReceiver, bluesky: BlueskyStandIn) -> Shell:
    """An empty workspace whose mailbox is the receiver's and whose Bluesky is the stand-in."""
    shell = Shell(tmp_path, INFLUTUI_PLUGIN_BLUESKY_BASE_URL=bluesky.base_url)
    mailbox = ("--smtp-host", "127.0.0.1", "--smtp-port", str(receiver.port), "--smtp-security", "none")
    shell.run("account", "add", "una@acme.example", "--name", "Una", *mailbox)
    return shell


@pytest.mark.parametrize("kind", ["written", "real"])
def test_the_whole_job_from_a_file_to_cost_per_mille(
    shell: Shell, receiver: MailReceiver, tmp_path: Path, request: pytest.FixtureRequest, kind: str
) -> None:
    file = tmp_path / "creators.csv"
    if kind == "written":
        file.write_text(WRITTEN, "utf-8")
    else:
        file = request.getfixturevalue("samples") / "datasets" / REAL
    platform = ("--platform", "instagram")

    # People in: what the file says is what is there, and a second time adds nobody.
    (report,) = shell.json("creators", "import", str(file), *platform)
    assert report["read"] == sum(report[part] for part in ("added", "updated", "unchanged", "duplicates", "rejected"))
    assert report["added"] > 3
    (again,) = shell.json("creators", "import", str(file), *platform)
    assert (again["added"], again["updated"]) == (0, 0)

    # Who is it?
    *found, end = shell.json("creators", "search", "followers:>1k", "platform:instagram", "--count", "--limit", "3")
    assert (len(found), end["schema"]) == (3, "influtui.search/1")
    assert end["count"] >= 3
    anna, ben = found[0]["ref"], found[1]["ref"]
    (shown,) = shell.json("creators", "show", anna)
    assert (shown["ref"], shown["followers"]) == (anna, found[0]["followers"])
    assert shown["measured"]["followers"]["source"]

    # A campaign, and who is picked for it.
    shell.run(
        "brand", "new", "Acme", "--currency", "EUR", "--postal-address", "Acme, Street 1, 12345 Town, Germany",
        "--ship-to", "DE,AT",
    )  # fmt: skip
    shell.run("product", "new", "SERUM-30", "--name", "Serum", "--cost", "7.20", "--value", "39")
    shell.run("campaign", "new", "Spring", "--wanted", "15", "--product", "SERUM-30")
    *_, meter = shell.json("campaign", "shortlist", "add", anna, ben)
    assert (meter["picked"], meter["to_contact"], meter["contacted"]) == (2, 30, 0)

    # A letter, by real mail; the one without an address is said to have none.
    shell.run("creators", "edit", anna, "--set", "email=anna@creator.example")
    contacted = shell.json("campaign", "contact", "--template", "gift", "--yes", exits=3)
    assert contacted[-1]["counts"] == {"skipped": 1, "sent": 1}
    receiver.wait_for(1)
    (letter,) = receiver.received
    assert (letter.sender, letter.recipients) == ("una@acme.example", ["anna@creator.example"])
    assert "Street 1" in letter.text
    (collaboration,) = shell.json("collab", "list", "state:contacted")
    assert collaboration["ref"] == anna
    assert len(receiver.received) == 1

    # Their answer, pasted in.
    (conversation,) = shell.json("inbox", "list")
    assert conversation["awaiting"] == "them"
    shell.run("inbox", "log-dm", anna, "--text", "-", typed="Yes please! 437.30 would be fine.\n")
    (conversation, *_) = shell.json("inbox", "list")
    assert conversation["awaiting"] == "us"
    assert shell.json("collab", "show", anna)[0]["state"] == "in_conversation"

    # The terms, agreed; a parcel by its number, known offline to be UPS, with the carrier's own link.
    assert shell.json("collab", "terms", anna, "--content", "1 reel")[0]["state"] == "negotiating"
    (sheet,) = shell.json("collab", "terms", anna, *TERMS, "--agreed")
    assert (sheet["state"], sheet["settled"], sheet["missing"], len(sheet["hash"])) == ("agreed", 6, [], 64)
    shell.run("ship", "add", PARCEL, anna, "--cost", "5.50", "--currency", "EUR")
    (parcel,) = shell.json("ship", "list")
    assert (parcel["carrier"], parcel["valid"]) == ("ups", True)
    assert PARCEL in parcel["url"]
    assert shell.json("collab", "show", anna)[0]["state"] == "shipping"

    # The post, its numbers, and what a thousand impressions cost: 450.00 over 38,000.
    shell.run("post", "add", "https://www.instagram.com/reel/C1a2b3c/?igsh=1", anna)
    shell.run("post", "add", "https://www.instagram.com/p/C1a2b3c/", "--impressions", "38000", "--likes", "1900")
    result, campaign = shell.json("results", "show")
    assert result["cost"] == {
        "total": {"amount": "450.00", "currency": "EUR"},
        "complete": True,
        "included": [
            {"kind": "fee", "amount": {"amount": "437.30", "currency": "EUR"}},
            {"kind": "goods", "amount": {"amount": "7.20", "currency": "EUR"}},
            {"kind": "shipping", "amount": {"amount": "5.50", "currency": "EUR"}},
        ],
        "unknown": [],
    }
    assert (round(result["cpm"], 2), round(result["cpe"], 4), result["state"]) == (11.84, 0.2368, "measuring")
    assert (campaign["posted"], round(campaign["cpm"], 2)) == (1, 11.84)
    assert "11.84" in shell.run("results", "show")

    # The journal tells the story, and its last act can be taken back.
    told = " ".join(entry["summary"] for entry in shell.json("journal"))
    assert all(word in told for word in ("made brand", "picked", "agreed the terms", "recorded a post"))
    shell.run("undo")
    assert shell.json("results", "show")[0]["cpm"] is None
    assert shell.json("collab", "show", anna)[0]["state"] == "posted"


def test_people_are_found_on_bluesky_and_picked(shell: Shell, bluesky: BlueskyStandIn) -> None:
    (report,) = shell.json("discover", "bluesky", "vegan", "baking", "--limit", "3", "--found-by", "scroll")
    assert (report["found"], report["added"]) == (3, 3)
    assert bluesky.asked("searchActors") >= 1
    *found, _ = shell.json("creators", "search", "platform:bluesky", "baker1")
    assert [each["ref"] for each in found] == ["bluesky:baker1.example"]
    shell.run("brand", "new", "Acme")
    shell.run("campaign", "new", "Spring")
    *_, meter = shell.json("campaign", "shortlist", "add", "--query", "platform:bluesky")
    assert meter["picked"] == 3
    (recorded,) = shell.json("post", "add", "https://bsky.app/profile/baker2.example/post/3kabcdef", "--views", "500")
    assert (recorded["ref"], recorded["platform"], recorded["views"]) == ("bluesky:baker2.example", "bluesky", 500)

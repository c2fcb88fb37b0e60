"""Brand, campaign, collaboration, post and results on the command line: what people read and what scripts rely on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from influtui.cli.main import main

REEL = "https://www.instagram.com/reel/C1a2b3c/"


class Line:
    """The command line of one workspace, with what it answered last."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self.out = ""
        self.err = ""

    def __call__(self, *words: str, exits: int = 0) -> str:
        self._capsys.readouterr()
        code = main(list(words))
        self.out, self.err = self._capsys.readouterr()
        assert code == exits, f"{words}: exit {code}\n{self.out}\n{self.err}"
        return self.out

    def json(self, *words: str, exits: int = 0) -> list[dict[str, Any]]:
        """The objects it answers with."""
        return [json.loads(line) for line in self("--json", *words, exits=exits).splitlines()]

    def error(self, *words: str, exits: int = 2) -> dict[str, Any]:
        """The error it ends with."""
        self("--json", *words, exits=exits)
        error: dict[str, Any] = json.loads(self.err.splitlines()[-1])["error"]
        return error


@pytest.fixture
def line(capsys: pytest.CaptureFixture[str]) -> Line:
    """A brand, a product, a campaign in use and two people."""
    line = Line(capsys)
    line("brand", "new", "Acme", "--currency", "EUR", "--ship-to", "DE,Austria")
    line("product", "new", "SERUM-30", "--name", "Serum", "--cost", "7.20", "--value", "39")
    line("campaign", "new", "Spring serum", "--wanted", "15", "--budget", "5000", "--product", "serum-30")
    line("creators", "add", "instagram:anna")
    line("creators", "add", "tiktok:ben")
    return line


def test_a_campaign_from_the_first_pick_to_cost_per_mille(line: Line) -> None:
    line("campaign", "shortlist", "add", "instagram:anna")
    line("collab", "move", "instagram:anna", "contacted")
    line(
        "collab", "terms", "instagram:anna", "--content", "1 reel", "--go-live", "2026-12-01", "--fee", "442.80",
        "--placement", "reel", "--retention", "90d", "--rights", "organic, 6 months", "--waive", "captions",
        "--product", "SERUM-30", "--agreed",
    )  # fmt: skip
    line("post", "add", REEL, "instagram:anna", "--impressions", "38000", "--likes", "1700", "--comments", "200")
    result, campaign = line.json("results", "show")
    assert (result["schema"], campaign["schema"]) == ("influtui.result/1", "influtui.results/1")
    assert result["cost"]["total"] == {"amount": "450.00", "currency": "EUR"}
    assert [round(result[name], 4) for name in ("cpm", "cpe")] == [11.8421, 0.2368]
    assert (result["cpm_views"], result["views"]) == (None, None)
    assert result["cost"]["unknown"] == [{"kind": "shipping", "why": "no parcel is recorded"}]
    assert campaign["cost_leaves_out"][:2] == ["insurance", "duties"]
    assert "≥11.84" in line("results", "show")
    assert "labour" in line.err


def test_a_post_says_until_when_it_must_stay(line: Line) -> None:
    line("campaign", "shortlist", "add", "instagram:anna")
    line("collab", "terms", "instagram:anna", "--retention", "90 days")
    line("post", "add", REEL, "instagram:anna", "--posted", "2024-01-15")
    (shown,) = line.json("collab", "show", "instagram:anna")
    assert shown["post_list"][0]["stays_until"] == "2024-04-14"
    assert "2024-04-14" in line("collab", "show", "instagram:anna")
    line("collab", "terms", "instagram:anna", "--retention", "for good")
    assert line.json("collab", "show", "instagram:anna")[0]["post_list"][0]["stays_until"] is None


def test_what_was_sold_gives_returns_by_name(line: Line) -> None:
    line("post", "add", REEL, "instagram:anna", "--impressions", "38000", exits=2)
    line("campaign", "shortlist", "add", "instagram:anna")
    line("collab", "terms", "instagram:anna", "--fee", "450")
    line("post", "add", REEL, "instagram:anna", "--impressions", "38000")
    *_, campaign = line.json("results", "show", "--revenue", "1820", "--orders", "9")
    assert campaign["revenue"] == {"amount": "1820.00", "currency": "EUR"}
    assert [round(campaign[name], 3) for name in ("cpa", "roas", "roi_revenue")] == [50.0, 4.044, 304.444]
    assert campaign["roi_margin"] is None
    assert "cost an order 50.00, revenue an order 202.22, ROAS 4.044, ROI on revenue 304.44%" in line(
        "results", "show", "--revenue", "1820", "--orders", "9"
    )
    *_, without = line.json("results", "show")
    assert (without["revenue"], without["roas"], without["cpa"]) == (None, None, None)


def test_records_come_as_documents_with_money_and_null(line: Line) -> None:
    (brand,) = line.json("brand", "list")
    assert brand == {
        "schema": "influtui.brand/1", "id": 1, "name": "Acme", "currency": "EUR", "postal_address": None,
        "ship_to": ["AT", "DE"], "competitors": [], "own_handles": [], "values": [],
    }  # fmt: skip
    (product,) = line.json("product", "list", "cost:<10")
    assert (product["cost"], product["value"]) == (
        {"amount": "7.20", "currency": "EUR"}, {"amount": "39.00", "currency": "EUR"}
    )  # fmt: skip
    (campaign,) = line.json("campaign", "show")
    assert (campaign["schema"], campaign["code"], campaign["in_use"]) == ("influtui.campaign/1", "SPRING-SERUM", True)
    assert (campaign["budget"], campaign["starts"]) == ({"amount": "5000.00", "currency": "EUR"}, None)


def test_the_shortlist_answers_with_its_verdicts_and_the_meter(line: Line) -> None:
    pick, meter = line.json("campaign", "shortlist", "add", "instagram:anna", "--reason", "great eye")
    assert (pick["schema"], pick["verdict"], pick["reason"], pick["state"]) == (
        "influtui.pick/1", "pick", "great eye", "shortlisted"
    )  # fmt: skip
    assert (meter["schema"], meter["picked"], meter["to_contact"], meter["contacted"]) == (
        "influtui.shortlist/1", 1, 30, 0
    )  # fmt: skip
    assert "picked 1 of 10–20 · reserve 0 · to contact 30, contacted 0" in line("campaign", "shortlist")
    assert "1 picked: fewer than 10" in line.err


def test_the_journal_tells_why(line: Line) -> None:
    line("campaign", "shortlist", "reject", "instagram:anna", "--reason", "posts rarely")
    assert "rejected instagram:anna for SPRING-SERUM: posts rarely" in line("journal", "--limit", "1")


def test_the_campaign_can_be_named_before_the_verb_or_left_out(line: Line) -> None:
    line("campaign", "new", "Winter")
    line("campaign", "shortlist", "winter", "reserve", "tiktok:ben")
    assert [each["schema"] for each in line.json("campaign", "shortlist", "WINTER")] == [
        "influtui.pick/1", "influtui.shortlist/1"
    ]  # fmt: skip
    assert len(line.json("campaign", "shortlist", "list")) == 1
    assert line.error("campaign", "shortlist", "winter", "adopt", "tiktok:ben")["message"] == (
        "“adopt” is not a verb of the shortlist"
    )


def test_people_can_be_picked_by_query_but_never_everybody_by_accident(line: Line) -> None:
    line("campaign", "shortlist", "add", "--query", "platform:tiktok")
    assert [each.get("ref") for each in line.json("campaign", "shortlist", "list", "verdict:pick")][:-1] == [
        "tiktok:ben"
    ]
    assert line.error("campaign", "shortlist", "add", "--query", "")["hint"] == "Say so with --all."
    line("campaign", "shortlist", "reserve", "--query", "", "--all")
    assert line.json("campaign", "shortlist", "list", "verdict:reserve")[-1]["reserve"] == 2
    assert "nobody matches" in line.error("campaign", "shortlist", "add", "--query", "platform:twitch")["message"]


def test_an_agreement_that_lacks_terms_fails_and_names_them(line: Line) -> None:
    line("campaign", "shortlist", "add", "instagram:anna")
    error = line.error("collab", "terms", "instagram:anna", "--content", "1 reel", "--agreed", exits=1)
    assert error["message"] == (
        "not agreed yet, 6 missing: captions and hashtags, go-live date, placement, retention, rights, fee"
    )
    (sheet,) = line.json("collab", "terms", "instagram:anna")
    assert (sheet["settled"], sheet["terms"]["content"], sheet["agreed"]) == (0, None, False)


def test_the_gauge_shows_the_six_terms_at_a_glance(line: Line) -> None:
    line("campaign", "shortlist", "add", "instagram:anna")
    shown = line("collab", "terms", "instagram:anna", "--content", "1 reel", "--go-live", "2026-12-01")
    assert "terms [#.#...] 2 of 6  missing: captions, placement, retention, rights, fee" in shown


def test_changing_an_agreed_term_says_that_the_agreement_is_over(line: Line) -> None:
    line("campaign", "shortlist", "add", "instagram:anna")
    waived = [
        word for term in ("content", "captions", "go_live", "placement", "retention") for word in ("--waive", term)
    ]
    line("collab", "terms", "instagram:anna", *waived, "--waive", "rights", "--fee", "0", "--agreed")
    (sheet,) = line.json("collab", "terms", "instagram:anna", "--fee", "50")
    assert (sheet["agreed"], sheet["reopened"], sheet["hash"], sheet["state"]) == (False, True, None, "negotiating")
    assert "is ended: fee changed" in line.err


def test_fees_beyond_the_budget_are_pointed_out(line: Line) -> None:
    line("campaign", "edit", "--budget", "100")
    line("campaign", "shortlist", "add", "instagram:anna")
    waived = [
        word for term in ("content", "captions", "go_live", "placement", "retention") for word in ("--waive", term)
    ]
    line("collab", "terms", "instagram:anna", *waived, "--waive", "rights", "--fee", "100.01")
    assert "with what is talked about, the fees of" in line.err.lower()
    line("collab", "terms", "instagram:anna", "--agreed")
    assert "exceed the budget" in line.err
    (status,) = line.json("campaign", "status")
    assert (status["agreed"], status["offered"]) == ({"amount": "100.01", "currency": "EUR"}, None)
    line("campaign", "status")
    assert "exceed the budget" in line.err


def test_many_are_moved_as_one_act_or_not_at_all(line: Line) -> None:
    line("campaign", "shortlist", "add", "instagram:anna", "tiktok:ben")
    moved = line.json("collab", "move", "instagram:anna", "tiktok:ben", "contacted")
    assert [each["state"] for each in moved] == ["contacted", "contacted"]
    line("collab", "move", "tiktok:ben", "unresponsive", "--reason", "a month of silence")
    error = line.error("collab", "move", "instagram:anna", "tiktok:ben", "negotiating", exits=1)
    assert error["message"] == "instagram:anna: contacted does not lead to negotiating; nobody was moved"
    error = line.error("collab", "move", "instagram:anna", "tiktok:ben", "in_conversation", exits=2)
    assert error["message"] == "tiktok:ben: moving to in_conversation needs a reason; nobody was moved"
    assert [each["state"] for each in line.json("collab", "list")] == ["contacted", "unresponsive"]
    line("undo")
    line("undo")
    assert {each["state"] for each in line.json("collab", "list")} == {"shortlisted"}


def test_a_wrong_move_names_the_right_ones(line: Line) -> None:
    line("campaign", "shortlist", "add", "instagram:anna")
    error = line.error("collab", "move", "instagram:anna", "settled", exits=1)
    assert error["message"] == "shortlisted does not lead to settled"
    assert "contacted" in error["hint"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("campaign", "new", "X", "--starts", "2026-12-02", "--ends", "2026-12-01"), "before it starts"),
        (("campaign", "new", "X", "--regions", "Atlantis"), "“Atlantis” is not a country"),
        (("campaign", "new", "X", "--budget", "1.234.567"), "is not an amount of money"),
        (("campaign", "edit", "--set", "budjet=5"), "a campaign has no field “budjet”"),
        (("campaign", "edit"), "nothing to change"),
        (("campaign", "edit", "--set", "wanted"), "“wanted” sets nothing"),
        (("campaign", "use", "NONE"), "there is no campaign “NONE”"),
        (("campaign", "shortlist", "add"), "nobody was named"),
        (("campaign", "shortlist", "rank", "tiktok:ben", "first"), "a place from 1"),
        (("brand", "show", "Nobody"), "there is no brand “Nobody”"),
        (("product", "show", "X-1"), "there is no product “X-1”"),
        (("collab", "show", "tiktok:ben"), "tiktok:ben is not in campaign SPRING-SERUM"),
        (("collab", "list", "staet:agreed"), "“staet” is not a qualifier"),
        (("post", "add", "not a url", "tiktok:ben"), "is not the address of a post"),
        (("post", "add", REEL), "does not say whose post it is"),
        (("post", "add", REEL, "tiktok:ben", "--posted", "yesterday"), "“yesterday” is not a time"),
        (("post", "add", REEL, "tiktok:ben", "--likes", "-3"), "-3 is not in the range"),
        (
            ("post", "add", REEL, "tiktok:ben", "--collab", "instagram:anna"),
            "cannot be tiktok:ben's and instagram:anna's",
        ),
    ],
)
def test_what_makes_no_sense_is_wrong_usage_and_says_what_would(
    line: Line, words: tuple[str, ...], message: str
) -> None:
    error = line.error(*words)
    assert message in error["message"]
    assert error["hint"]


DRY = [
    ("brand", "new", "Bolt"),
    ("brand", "edit", "Acme", "--currency", "USD"),
    ("product", "new", "X-1"),
    ("product", "edit", "SERUM-30", "--cost", "1"),
    ("campaign", "new", "Winter"),
    ("campaign", "edit", "--wanted", "3"),
    ("campaign", "clone", "SPRING-SERUM", "Winter"),
    ("campaign", "use", "SPRING-SERUM"),
    ("campaign", "shortlist", "add", "tiktok:ben"),
    ("campaign", "shortlist", "remove", "instagram:anna"),
    ("collab", "move", "instagram:anna", "contacted"),
    ("collab", "terms", "instagram:anna", "--fee", "5"),
    ("post", "add", REEL, "instagram:anna", "--likes", "5"),
]


@pytest.mark.parametrize("words", DRY, ids=lambda words: " ".join(words[:2]))
def test_every_writing_command_can_be_rehearsed(line: Line, words: tuple[str, ...]) -> None:
    line("campaign", "shortlist", "add", "instagram:anna")
    journal = line.json("journal")
    line(*words, "--dry-run")
    assert "nothing was changed" in (line.err + line.out).casefold()
    assert line.json("journal") == journal


@pytest.mark.parametrize("words", [words for words in DRY if words[1] != "use"], ids=lambda words: " ".join(words[:2]))
def test_every_writing_command_can_be_taken_back(line: Line, words: tuple[str, ...]) -> None:
    line("campaign", "shortlist", "add", "instagram:anna")
    before = seen(line)
    line(*words)
    assert seen(line) != before
    line("undo")
    assert seen(line) == before


@pytest.mark.parametrize("words", DRY, ids=lambda words: " ".join(words[:2]))
def test_a_read_only_session_writes_nothing(line: Line, words: tuple[str, ...]) -> None:
    line("campaign", "shortlist", "add", "instagram:anna")
    before = seen(line)
    assert line.error("--read-only", *words, exits=1)["kind"] == "read_only"
    assert seen(line) == before


def seen(line: Line) -> list[list[dict[str, Any]]]:
    """Everything that these commands can show."""
    return [
        line.json(*words)
        for words in (
            ("brand", "list"), ("product", "list"), ("campaign", "list"), ("campaign", "shortlist"),
            ("collab", "list", "campaign:any"), ("post", "list", "campaign:any"), ("results", "show"),
        )
    ]  # fmt: skip


def test_an_opt_out_is_asked_about_and_keeps_everybody_from_writing(line: Line) -> None:
    line("campaign", "shortlist", "add", "instagram:anna")
    opting_out = ("collab", "move", "instagram:anna", "opted-out", "--reason", "asked by mail")
    assert line.error(*opting_out)["kind"] == "needs_confirmation"
    (moved,) = line.json(*opting_out, "--yes")
    assert moved["state"] == "opted_out"
    *_, judged = line.json("campaign", "shortlist", "reserve", "instagram:anna")
    assert judged["notes"] == ["instagram:anna must not be written to (opted out)"]
    assert "opted_out" not in line("undo")
    assert line.json("collab", "list")[0]["state"] == "opted_out"


def test_text_from_outside_reaches_no_terminal_raw(line: Line) -> None:
    line("campaign", "shortlist", "add", "instagram:anna", "--reason", "a\x1b]0;x\x07b\u202ec")
    line("collab", "terms", "instagram:anna", "--content", "x\x1b[31mred")
    for words in (
        ("campaign", "shortlist"),
        ("collab", "show", "instagram:anna"),
        ("collab", "terms", "instagram:anna"),
    ):
        for shown in (line(*words), line("--json", *words)):
            assert not set("\x1b\x07\u202e") & set(shown)
    assert line.json("campaign", "shortlist")[0]["reason"] == "a\x1b]0;x\x07b\u202ec"


def test_an_empty_list_is_done_and_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    line = Line(capsys)
    for words, hint in (
        (("brand", "list"), "influtui brand new"),
        (("product", "list"), "influtui product new"),
        (("campaign", "list"), "influtui campaign new"),
    ):
        assert line(*words) == ""
        assert hint in line.err
    assert line.error("collab", "list")["message"] == "no campaign is in use"

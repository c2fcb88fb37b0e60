"""`creators show` and `creators note`, as a person and as a script read them."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path
from typing import Any

import pytest

from influtui.cli.main import main
from influtui.services.workspace import Workspace

HOSTILE = (
    "Ada\x1b]52;c;ZXZpbA==\x07\x1b[2J[red]bold[/red]\u202egnp.exe\u2066 \x9b31m\r\nfake line e" + "\u0301" * 10_000
)


async def snapshot(
    workspace: Workspace, creator: int, at: int, source: str, followers: int, quality: str = "exact"
) -> None:
    async with workspace.db.write(at) as transaction:
        await transaction.run(
            "INSERT INTO snapshots (creator_id, at, source, followers, quality) VALUES (?, ?, ?, ?, ?)",
            (creator, at, source, followers, quality),
        )


@pytest.fixture
async def ada(workspace: Workspace, account: Any) -> Path:
    """A workspace with one person who has two accounts and readings of two sources."""
    first = await account("instagram:ada.bakes", name="Ada", bio="bread\nand butter", followers=1300, country="DE")
    person = (await workspace.db.one("SELECT person_id FROM creators WHERE id = ?", (first,)))[0]  # type: ignore[index]
    await account("tiktok:adabakes", person=person, followers=90)
    await snapshot(workspace, first, 1_790_000_000_000, "list.csv", 1000, "rounded")
    await snapshot(workspace, first, 1_795_000_000_000, "bluesky", 1300)
    await workspace.db.close()
    return workspace.folder


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    code = main(list(words))
    told = capsys.readouterr()
    return code, told.out, told.err


async def test_a_person_sees_values_with_source_age_and_the_second_opinion(
    ada: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = await in_thread(capsys, "creators", "show", "instagram:@Ada.Bakes")
    assert code == 0
    assert "tiktok:adabakes         90" in out
    assert "1,300" in out
    assert "DISAGREES list.csv: 1,000" in out
    assert "Over time" in out


async def test_a_script_gets_the_creator_row_with_more_keys(ada: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await in_thread(capsys, "creators", "note", "instagram:ada.bakes", "likes", "rye")
    code, out, _ = await in_thread(capsys, "--json", "creators", "show", "#1")
    row = json.loads(out)
    assert (code, row["schema"], row["ref"]) == (0, "influtui.creator/1", "instagram:ada.bakes")
    assert [account["ref"] for account in row["accounts"]] == ["instagram:ada.bakes", "tiktok:adabakes"]
    followers = row["measured"]["followers"]
    assert (followers["value"], followers["source"], followers["quality"]) == (1300, "bluesky", "exact")
    assert followers["others"][0]["as_of"] == "2026-09-21T14:13:20Z"
    assert [reading["followers"] for reading in row["series"]] == [1000, 1300]
    assert [note["text"] for note in row["notes"]] == ["likes rye"]
    assert row["history"][0]["summary"] == "noted something on instagram:ada.bakes"


async def test_an_unknown_platform_is_named_with_the_nearest(ada: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = await in_thread(capsys, "creators", "show", "instagrm:ada.bakes")
    assert code == 2
    assert "instagrm" in err
    assert "instagram:ada.bakes?" in err


async def test_an_unknown_creator_is_named(ada: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = await in_thread(capsys, "creators", "show", "#99")
    assert (code, "#99" in err) == (2, True)


async def test_hostile_text_is_harmless_to_people_and_unchanged_to_scripts(
    workspace: Workspace, account: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    await account(
        "instagram:evil", name=HOSTILE, bio=HOSTILE, email=HOSTILE, url=HOSTILE, found_by="web", found_detail=HOSTILE
    )
    await workspace.db.close()
    _, out, _ = await in_thread(capsys, "creators", "show", "instagram:evil")
    assert all(char == "\n" or unicodedata.category(char) not in ("Cc", "Cf") for char in out)
    assert "\nfake line" not in out.replace("\n  fake line", "")  # a bio may have lines, indented; nothing else may
    assert "[red]bold[/red]" in out
    assert out.count("\u0301") < 100
    _, out, _ = await in_thread(capsys, "creators", "show", "instagram:evil", "--json")
    assert json.loads(out)["bio"] == HOSTILE
    assert not set(out) & {"\x1b", "\x9b", "\u202e", "\u2066"}


async def test_the_history_ends_where_the_account_came_in(
    workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    await workspace.db.close()
    await in_thread(capsys, "creators", "add", "instagram:new.face", "--found-by", "scroll")
    _, out, _ = await in_thread(capsys, "creators", "show", "instagram:new.face")
    assert out.rstrip().endswith("came in with hand")
    _, out, _ = await in_thread(capsys, "creators", "show", "instagram:new.face", "--json")
    assert json.loads(out)["origin"]["kind"] == "hand"


async def test_hostile_text_is_harmless_in_a_list_of_creators_and_in_what_add_says(
    workspace: Workspace, account: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    await account("instagram:evil", name=HOSTILE, bio=HOSTILE, tags="|\x1b[31mred|")
    await workspace.db.close()
    for words in (
        ("creators", "search", "platform:instagram"),
        ("creators", "add", "instagram:evil"),
        ("creators", "edit", "#1", "--add-tag", "x\x1b[2Jy"),
        ("creators", "show", "#1"),
        ("journal",),
    ):
        code, out, err = await in_thread(capsys, *words)
        assert code == 0
        shown = out + err
        assert all(char == "\n" or unicodedata.category(char) not in ("Cc", "Cf") for char in shown), words
        assert shown.count("\u0301") < 50


async def in_thread(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """The command line starts its own loop, so it runs beside the test's."""
    import asyncio

    return await asyncio.to_thread(run, capsys, *words)

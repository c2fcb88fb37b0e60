"""The intake, and what an import leaves when it is cut short."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from influtui.model.exchange import CreatorOut, to_record
from influtui.model.failures import Failure
from influtui.model.profile_records import Measured, ProfileRecord, SeenComment, SeenPost, WrittenNote
from influtui.services import upkeep
from influtui.services.finding.search import search
from influtui.services.importing import batches, files, objects, pacing
from influtui.services.importing.files import import_file
from influtui.services.importing.intake import ingest
from influtui.services.importing.reading import LONGEST_LINE, Input
from influtui.services.importing.report import Progress
from influtui.services.people.exporting import export
from influtui.services.workspace import Workspace, opened
from influtui.store.journal import entries


def _tens(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten rows make a batch, so that a short input has several."""
    for module in (batches, files, objects, pacing):
        monkeypatch.setattr(module, "MOST_ROWS", 10)


async def everybody(workspace: Workspace) -> list[CreatorOut]:
    return [creator async for run in export(workspace) for creator in run]


def person(number: int, **more: object) -> ProfileRecord:
    return ProfileRecord(platform="instagram", handle=f"h{number}", followers=number, **more)  # type: ignore[arg-type]


async def test_every_record_is_counted_once_and_gets_a_person_of_its_own(workspace: Workspace) -> None:
    report = await ingest(workspace, (person(number) for number in range(25)), source="finder")
    assert (report.read, report.added) == (25, 25)
    found = await everybody(workspace)
    assert len({creator.person for creator in found}) == 25
    assert {creator.snapshots[0].source for creator in found} == {"finder"}


async def test_accounts_of_one_person_in_one_input_stay_together(workspace: Workspace) -> None:
    records = [
        ProfileRecord(platform="instagram", handle="ann", person="a", person_name="Ann"),
        ProfileRecord(platform="tiktok", handle="ann.t", person="a"),
        ProfileRecord(platform="tiktok", handle="ben", person="b"),
    ]
    await ingest(workspace, records, source="finder")
    ann, tiktok, ben = await everybody(workspace)
    assert ann.person == tiktok.person != ben.person
    assert ann.person_name == "Ann"
    await ingest(
        workspace, [ProfileRecord(platform="youtube", handle="annie", person="a"), records[0]], source="finder"
    )
    assert (await everybody(workspace))[-1].person == ann.person


async def test_posts_and_comments_come_with_their_account_and_are_not_doubled(workspace: Workspace) -> None:
    post = SeenPost(
        platform_post_id="p1", likes=3, sponsored=False, seen_comments=(SeenComment(commenter="x", text="hi"),)
    )
    record = person(1, seen_posts=(post,), notes=(WrittenNote(text="met at the fair"),))
    for added in (1, 0):
        report = await ingest(workspace, [record], source="finder")
        assert (report.added, report.unchanged) == (added, 1 - added)
    [found] = await everybody(workspace)
    assert [each.platform_post_id for each in found.seen_posts] == ["p1"]
    assert found.seen_posts[0].seen_comments[0].commenter == "x"
    assert [note.text for note in found.notes] == ["met at the fair"]


async def test_what_a_person_set_by_hand_stays_when_the_same_file_comes_again(workspace: Workspace) -> None:
    record = person(1, country="US", name="Ann")
    await ingest(workspace, [record], source="finder")
    async with workspace.change("creators.edit", "set the country") as unit:
        await unit.update("creators", 1, {"country": "DE"})
    report = await ingest(workspace, [record], source="finder")
    assert report.unchanged == 1
    assert (await everybody(workspace))[0].country == "DE"


async def test_a_switched_off_count_is_none_and_does_not_erase_an_older_one(workspace: Workspace) -> None:
    await ingest(workspace, [person(5)], source="a", as_of=1_790_000_000_000)
    blank = ProfileRecord(platform="instagram", handle="h5", following=1)
    await ingest(workspace, [blank], source="a", as_of=1_790_000_100_000)
    [found] = await everybody(workspace)
    assert (found.followers, found.following) == (5, 1)
    assert [each.followers for each in found.snapshots] == [5, None]


async def test_an_import_in_many_transactions_is_one_entry_in_the_journal(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    _tens(monkeypatch)
    await ingest(workspace, [person(number) for number in range(35)], source="finder")
    [entry] = await entries(workspace.db)
    assert (entry.verb, entry.rows, entry.import_id) == ("creators.import", 35, 1)
    assert "35 added" in entry.summary


async def test_a_cancelled_import_keeps_what_was_committed_and_goes_on_when_given_again(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _tens(monkeypatch)
    path = tmp_path / "instagram.csv"
    path.write_text("handle,followers\n" + "".join(f"h{number},{number}\n" for number in range(100)))

    def cancel_at_30(progress: Progress) -> None:
        if progress.rows == 30:
            task.cancel()

    task = asyncio.create_task(import_file(workspace, path, listener=cancel_at_30))
    with pytest.raises(asyncio.CancelledError):
        await task
    kept = len(await everybody(workspace))
    assert 30 <= kept < 100
    row = await workspace.db.one("SELECT state, added FROM imports")
    assert row is not None
    assert tuple(row) == ("stopped", kept)
    report = await import_file(workspace, path)
    assert (report.added, report.unchanged) == (100 - kept, kept)


async def test_an_import_beside_another_session_commits_in_small_pieces(workspace: Workspace, tmp_path: Path) -> None:
    sizes: list[int] = []
    last = 0

    def listen(progress: Progress) -> None:
        nonlocal last
        sizes.append(progress.rows - last)
        last = progress.rows

    async with opened(tmp_path / "workspace"):
        await ingest(workspace, [person(number) for number in range(4_000)], source="finder", listener=listen)
    assert max(sizes) < 4_000
    alone: list[int] = []
    await ingest(
        workspace,
        [person(number) for number in range(10_000, 14_000)],
        source="other",
        listener=lambda progress: alone.append(progress.rows),
    )
    assert alone == [4_000]


text = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)), min_size=1, max_size=20)
moments = st.integers(1_500_000_000_000, 1_900_000_000_000)
records = st.lists(
    st.builds(
        ProfileRecord,
        platform=st.sampled_from(["instagram", "tiktok"]),
        handle=text.filter(lambda handle: bool(handle.strip().removeprefix("@"))),
        name=st.none() | text,
        bio=st.none() | text,
        email=st.none() | text,
        found_detail=st.none() | text,
        followers=st.none() | st.integers(0, 10**12),
        avg_views=st.none() | st.floats(0, 1e12),
        topics=st.lists(text, max_size=2).map(tuple),
        person=st.none() | st.sampled_from("ab"),
        person_name=st.none() | text,
        notes=st.lists(st.builds(WrittenNote, text=text, at=moments, actor=text), max_size=2).map(tuple),
        snapshots=st.none()
        | st.lists(st.builds(Measured, at=moments, source=text, followers=st.integers(0, 9)), max_size=2).map(tuple),
        seen_posts=st.lists(st.builds(SeenPost, platform_post_id=text, caption=text, as_of=moments), max_size=1).map(
            tuple
        ),
    ),
    max_size=6,
)


@given(records)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_an_export_comes_back_into_an_empty_workspace_as_the_same_export(
    tmp_path_factory: pytest.TempPathFactory, some: list[ProfileRecord]
) -> None:
    folder = tmp_path_factory.mktemp("round")
    async with opened(folder / "one") as one:
        await ingest(one, some, source="finder")
        before = await everybody(one)
    encoded = [msgspec.json.encode(creator) for creator in before]
    (folder / "all.ndjson").write_bytes(b"".join(line + b"\n" for line in encoded))
    async with opened(folder / "two") as two:
        if before:
            report = await import_file(two, folder / "all.ndjson")
            assert (report.added, report.rejected) == (len(before), 0)
        assert [msgspec.json.encode(creator) for creator in await everybody(two)] == encoded
        again = await ingest(two, [to_record(creator) for creator in before], source="finder")
        assert again.unchanged == len(before)


def test_a_line_without_end_is_refused_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "instagram.csv"
    with path.open("wb") as file:
        file.write(b"handle,followers" + b"x" * 65_536)
        file.truncate(2 << 30)  # sparse: two gigabytes, and no line end
    source = Input(path)
    source.prepare()
    with pytest.raises(Failure, match="no line end"):
        list(source.blocks())
    assert source.position <= LONGEST_LINE + (4 << 20)
    source.close()


async def test_one_endless_line_among_others_costs_only_itself(workspace: Workspace, tmp_path: Path) -> None:
    path = tmp_path / "instagram.csv"
    path.write_bytes(b"handle,followers\nann.a,1\n" + b"x" * (LONGEST_LINE + (3 << 20)) + b"\nben_b,2\n")
    report = await import_file(workspace, path)
    assert (report.added, report.rejected) == (2, 1)


def test_a_stream_is_read_as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(os.fdopen(reading, "rb")))
    os.write(writing, b"handle\nann.a\n")
    os.close(writing)
    source = Input(None)
    assert source.prepare() == "csv"
    assert b"".join(source.blocks()) == b"handle\nann.a\n"
    source.close()
    sys.stdin.close()


def importing(folder: Path, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "influtui", "--workspace", str(folder), "--json", "creators", "import", str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def many(tmp_path: Path) -> Path:
    path = tmp_path / "tiktok.ndjson"
    rows = ({"handle": f"h{number}", "followers": number, "bio": "words " * 9} for number in range(60_000))
    path.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
    return path


def rows_in(folder: Path) -> int:
    try:
        connection = sqlite3.connect(f"{(folder / 'influtui.db').as_uri()}?mode=ro", uri=True)
    except sqlite3.OperationalError:
        return 0
    try:
        return int(connection.execute("SELECT count(*) FROM creators").fetchone()[0])
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()


def started(folder: Path, path: Path) -> Iterator[subprocess.Popen[str]]:
    process = importing(folder, path)
    try:
        give_up = time.monotonic() + 60
        while not rows_in(folder) and process.poll() is None and time.monotonic() < give_up:
            time.sleep(0.02)
        yield process
    finally:
        process.kill()
        process.communicate()


async def test_a_killed_import_leaves_a_whole_database_that_undoes_and_goes_on(tmp_path: Path, many: Path) -> None:
    folder = tmp_path / "killed"
    for process in started(folder, many):
        process.send_signal(signal.SIGKILL)
        process.communicate()
    async with opened(folder) as workspace:
        [check] = await workspace.db.all("PRAGMA integrity_check")
        assert check[0] == "ok"
        kept = rows_in(folder)
        row = await workspace.db.one("SELECT state, added FROM imports")
        assert row is not None
        assert tuple(row) == ("running", kept)
        indexed = await workspace.db.one("SELECT count(*) FROM creator_text WHERE creator_text MATCH 'words'")
        assert indexed is not None
        assert indexed[0] == kept
        report = await import_file(workspace, many)
        assert (report.added, report.unchanged) == (60_000 - kept, kept)


async def test_an_interrupted_import_says_where_it_stopped(tmp_path: Path, many: Path) -> None:
    folder = tmp_path / "stopped"
    for process in started(folder, many):
        process.send_signal(signal.SIGINT)
        _, error = process.communicate(timeout=60)
        if process.returncode == 0:
            pytest.skip("it was done before it could be interrupted")
        assert process.returncode == 130
        assert "Stopped after line" in error
        assert "Traceback" not in error
    async with opened(folder) as workspace:
        row = await workspace.db.one("SELECT state, added FROM imports")
        assert row is not None
        assert tuple(row) == ("stopped", rows_in(folder))


async def test_two_imports_at_once_lose_nothing_and_add_nobody_twice(tmp_path: Path) -> None:
    folder = tmp_path / "both"
    paths = []
    for name, numbers in (("one", range(3_000)), ("two", range(1_500, 4_500))):
        path = tmp_path / f"tiktok-{name}.ndjson"
        path.write_text("".join(f'{{"handle":"h{number}","followers":{number}}}\n' for number in numbers))
        paths.append(path)
    processes = [importing(folder, path) for path in paths]
    for process in processes:
        _, error = process.communicate(timeout=120)
        assert process.returncode == 0, error
    assert rows_in(folder) == 4_500


async def test_a_post_read_again_takes_its_later_numbers_and_keeps_what_is_not_said(workspace: Workspace) -> None:
    noon = workspace.clock()

    def read_at(as_of: int, likes: int | None, views: int | None) -> ProfileRecord:
        post = SeenPost(platform_post_id="p1", posted_at=noon - 9 * 86_400_000, likes=likes, views=views, as_of=as_of)
        return ProfileRecord(platform="youtube", handle="ann.a", as_of=as_of, seen_posts=(post,))

    for record in (read_at(noon - 10, 5, 100), read_at(noon, 9, None), read_at(noon - 5, 7, 700)):
        await ingest(workspace, [record], source="source", kind="plugin")
    (row,) = await workspace.db.all("SELECT likes, views FROM creator_posts")
    assert tuple(row) == (9, 100)


async def test_an_audience_comes_from_columns_and_objects_and_goes_with_its_account(
    workspace: Workspace, tmp_path: Path
) -> None:
    table = tmp_path / "list-2026-10-01.csv"
    table.write_text(
        "handle,followers,Audience US %,audience_DE,Female audience,Audience countries\n"
        'anna,1000,42.5%,10,61,\nben,2000,,,,"GB 30%, FR 5%"\ncleo,3000,N/A,x,,\n'
    )
    report = await import_file(workspace, table, platform="instagram")
    assert (report.added, report.rejected) == (3, 0)
    assert any("1 value of audience" in warning for warning in report.warnings)
    objects_ = tmp_path / "tool-2026-11-01.ndjson"
    objects_.write_text(
        '{"handle":"anna","followers":1000,"audience":{"geoCountries":[{"code":"US","weight":0.5}]}}\n'
        '{"handle":"dora","followers":9,"audience":{"US":42}}\n'
    )
    report = await import_file(workspace, objects_, platform="instagram")
    assert (report.added, report.updated, report.warnings) == (1, 1, ())
    anna, ben, cleo, dora = await everybody(workspace)
    assert anna.audience == {"US": 50, "female": 61}
    assert (anna.audience_as_of or "")[:10] == "2026-11-01"
    assert (ben.audience, cleo.audience, dora.audience) == ({"GB": 30, "FR": 5}, None, {"US": 42})
    assert [found.handle for found in (await search(workspace, "audience:US:40..")).rows] == ["anna", "dora"]
    assert [found.handle for found in (await search(workspace, "-audience:US:40..")).rows] == ["cleo", "ben"]
    await upkeep.undo(workspace)
    assert (await everybody(workspace))[0].audience == {"US": 42.5, "DE": 10, "female": 61}

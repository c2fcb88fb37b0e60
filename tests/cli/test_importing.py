"""`creators import` as a script and a person meet it."""

from __future__ import annotations

import gzip
import json
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from influtui.cli.main import main

Run = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def run(capfd: pytest.CaptureFixture[str]) -> Run:
    """Run the command line: exit code, the JSON it printed (one document, or a list of lines), standard error."""

    def call(*words: str) -> tuple[int, Any, str]:
        code = main([*words, "--json"])
        out, err = capfd.readouterr()
        documents = [json.loads(line) for line in out.splitlines()]
        return code, documents[0] if len(documents) == 1 else documents, err

    return call


def everybody(run: Run) -> dict[str, dict[str, Any]]:
    """What an export says, by handle."""
    _, found, _ = run("creators", "export")
    return {each["handle"]: each for each in (found if isinstance(found, list) else [found])}


def counts(report: dict[str, Any]) -> list[int]:
    """added, updated, unchanged, duplicates, rejected; and the sum is what was read."""
    numbers = [report[name] for name in ("added", "updated", "unchanged", "duplicates", "rejected")]
    assert report["read"] == sum(numbers)
    return numbers


def file(tmp_path: Path, content: str | bytes, name: str = "instagram.csv") -> str:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


def test_a_spreadsheet_comes_in_and_a_second_time_changes_nothing(run: Run, tmp_path: Path) -> None:
    path = file(
        tmp_path, "\ufeffHandle;Name;Followers;Country\r\nann.a;Ann Archer;12.3M;Spain\r\nben_b;;409,8k;N/A\r\n"
    )
    code, report, _ = run("creators", "import", path)
    assert (code, counts(report)) == (0, [2, 0, 0, 0, 0])
    ann, ben = everybody(run)["ann.a"], everybody(run)["ben_b"]
    assert (ann["followers"], ann["country"], ann["name"]) == (12_300_000, "ES", "Ann Archer")
    assert ann["snapshots"][0]["quality"] == "rounded"
    assert (ben["followers"], ben["country"], ben["name"]) == (409_800, None, None)
    before = everybody(run)
    code, report, _ = run("creators", "import", path)
    assert (code, counts(report)) == (0, [0, 0, 2, 0, 0])
    assert everybody(run) == before


def test_the_same_file_a_day_later_is_no_news_but_other_numbers_are(run: Run, tmp_path: Path) -> None:
    path = file(tmp_path, "handle,followers\nann.a,100\n")
    run("creators", "import", path)
    os.utime(path, (2_000_000_000, 1_790_000_000))
    assert counts(run("creators", "import", path)[1]) == [0, 0, 1, 0, 0]
    path = file(tmp_path, "handle,followers\nann.a,130\n")
    assert counts(run("creators", "import", path)[1]) == [0, 1, 0, 0, 0]
    ann = everybody(run)["ann.a"]
    assert ann["followers"] == 130
    assert [each["followers"] for each in ann["snapshots"]] == [100, 130]


def test_an_older_measurement_joins_the_series_and_does_not_overwrite(run: Run, tmp_path: Path) -> None:
    run("creators", "import", file(tmp_path, "handle,followers\nann.a,200\n"), "--as-of", "2026-05-01")
    older = file(tmp_path, "handle,followers,posts\nann.a,100,7\n", "instagram-old.csv")
    assert counts(run("creators", "import", older, "--as-of", "2026-01-01")[1]) == [0, 1, 0, 0, 0]
    ann = everybody(run)["ann.a"]
    assert (ann["followers"], ann["posts"], ann["as_of"]) == (200, 7, "2026-05-01T00:00:00Z")
    assert [each["followers"] for each in ann["snapshots"]] == [100, 200]


@pytest.mark.parametrize(
    ("name", "as_of"),
    [
        ("instagram_june_2022_june_2022.csv", "2022-06-30T00:00:00Z"),
        ("Youtube_sep-2022.csv", "2022-09-30T00:00:00Z"),
        ("tiktok-export-2026-10-05.csv", "2026-10-05T00:00:00Z"),
        ("tiktok_20261005.csv", "2026-10-05T00:00:00Z"),
        ("youtube_statistics_2023.csv", None),
        ("instagram_dec_2099.csv", None),
        ("instagram_marathon_2022.csv", None),
    ],
)
def test_a_file_is_as_old_as_its_name_says_and_a_copy_no_younger(
    run: Run, tmp_path: Path, name: str, as_of: str | None
) -> None:
    path = file(tmp_path, "handle,followers\nann.a,5\n", name)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    _, report, _ = run("creators", "import", path)
    assert report["as_of"] == (as_of or "2023-11-14T22:13:20Z")


def test_bad_rows_go_to_a_private_file_with_line_and_reason_and_the_rest_comes_in(run: Run, tmp_path: Path) -> None:
    path = file(tmp_path, 'handle,followers\nann.a,1\nben_b,lots\n\n,,\n,5\n"cy.c,9\ndee.d,4\n')
    code, report, _ = run("creators", "import", path)
    assert (code, counts(report)) == (3, [2, 0, 0, 0, 3])
    rejects = Path(report["rejects_file"])
    assert stat.S_IMODE(rejects.stat().st_mode) == 0o600
    lines = rejects.read_text().splitlines()
    assert lines[0] == "line,reason,handle,followers"
    assert [line.split(",")[0] for line in lines[1:]] == ["3", "6", "7"]
    assert "lots" in lines[1]
    assert "no handle" in lines[2]
    assert set(everybody(run)) == {"ann.a", "dee.d"}


def test_rejects_mended_in_their_file_come_in_from_there(run: Run, tmp_path: Path) -> None:
    _, report, _ = run("creators", "import", file(tmp_path, "handle,followers\nann.a,1\nben_b,lots\n"))
    rejects = Path(report["rejects_file"])
    mended = file(tmp_path, rejects.read_text().replace("lots", "7"), "instagram-mended.csv")
    assert counts(run("creators", "import", mended)[1]) == [1, 0, 0, 0, 0]


def test_an_account_named_twice_is_counted_and_the_first_row_stands(run: Run, tmp_path: Path) -> None:
    code, report, _ = run("creators", "import", file(tmp_path, "handle,followers\nAnn.A,1\nben_b,2\n@ann.a,3\n"))
    assert (code, counts(report)) == (0, [2, 0, 0, 1, 0])
    assert "4" in report["warnings"][0]
    assert everybody(run)["Ann.A"]["followers"] == 1


def test_a_dry_run_says_the_same_numbers_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    path = file(tmp_path, "handle,followers\nann.a,1\nann.a,2\nben_b,x\n")
    code, foreseen, _ = run("creators", "import", path, "--dry-run")
    assert everybody(run) == {}
    assert foreseen["rejects_file"] is None
    assert not list((tmp_path / "workspace").glob("rejects/*"))
    again, done, _ = run("creators", "import", path)
    assert (code, counts(foreseen)) == (again, counts(done)) == (3, [1, 0, 0, 1, 1])
    assert counts(run("creators", "import", path, "--dry-run")[1]) == [0, 0, 1, 1, 1]


def test_a_mapping_is_obeyed_and_remembered_for_the_next_file_with_this_header(run: Run, tmp_path: Path) -> None:
    path = file(tmp_path, "who,reach\nann.a,5\n")
    code, _, error = run("creators", "import", path)
    assert code == 2
    assert "--map COLUMN=handle" in error
    assert counts(run("creators", "import", path, "--map", "who=handle", "--map", "reach=followers")[1])[0] == 1
    _, report, _ = run("creators", "import", file(tmp_path, "Who,Reach\nben_b,6\n", "instagram2.csv"))
    assert [(each["field"], each["why"]) for each in report["columns"]] == [
        ("handle", "remembered"),
        ("followers", "remembered"),
    ]
    assert everybody(run)["ben_b"]["followers"] == 6


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["--map", "handle=folowers"], "followers"),
        (["--map", "hndle=handle"], "handle"),
        (["--map", "nonsense"], "COLUMN=FIELD"),
        (["--platform", "instagrm"], "instagram"),
        (["--as-of", "soon"], "2026"),
        (["--format", "xml"], "csv"),
        (["--found-by", "magic"], "own_follower"),
    ],
)
def test_wrong_words_exit_2_and_name_the_nearest_right_one(
    run: Run, tmp_path: Path, words: list[str], hint: str
) -> None:
    code, _, error = run("creators", "import", file(tmp_path, "handle\nann.a\n"), *words)
    assert code == 2
    assert hint in error
    assert everybody(run) == {}


def test_a_file_that_names_no_platform_asks_for_it(run: Run, tmp_path: Path) -> None:
    path = file(tmp_path, "handle,followers\nann.a,5\n", "people.csv")
    code, _, error = run("creators", "import", path)
    assert code == 2
    assert "--platform" in error
    assert counts(run("creators", "import", path, "--platform", "IG")[1])[0] == 1


def test_platforms_come_from_a_column_or_from_addresses(run: Run, tmp_path: Path) -> None:
    rows = "platform,handle\nYouTube,anna\nIG,anna\nmyspace,tom\n"
    code, report, _ = run("creators", "import", file(tmp_path, rows, "people.csv"))
    assert (code, counts(report)) == (3, [2, 0, 0, 0, 1])
    links = "link\nhttps://www.tiktok.com/@dora\nhttps://example.com/\n"
    code, report, _ = run("creators", "import", file(tmp_path, links, "links.csv"))
    assert (code, counts(report)) == (3, [1, 0, 0, 0, 1])
    assert everybody(run)["dora"]["platform"] == "tiktok"


def test_a_bare_list_of_handles_needs_no_header(run: Run, tmp_path: Path) -> None:
    assert counts(run("creators", "import", file(tmp_path, "@ann.a\nben_b\n", "tiktok.txt"))[1])[0] == 2
    links = file(tmp_path, "https://www.instagram.com/cy.c/\nhttps://www.instagram.com/dee.d/\n", "links.txt")
    assert counts(run("creators", "import", links)[1])[0] == 2


def test_excel_and_old_encodings_are_read(run: Run, tmp_path: Path) -> None:
    wide = file(tmp_path, "handle\tname\nann.a\tÄnne\n".encode("utf-16"), "instagram-wide.csv")
    assert counts(run("creators", "import", wide)[1])[0] == 1
    windows = file(tmp_path, "handle,name\nben_b,Bj\xf6rn €\ncy.c,Zoë\n".encode("cp1252"), "instagram-win.csv")
    _, report, _ = run("creators", "import", windows)
    assert any("Windows-1252" in warning for warning in report["warnings"])
    mac = file(tmp_path, b"handle,name\rdee.d,Dee\r", "instagram-mac.csv")
    assert counts(run("creators", "import", mac)[1])[0] == 1
    packed = file(tmp_path, gzip.compress(b"handle,name\neve.e,Eve\n", mtime=0), "instagram.csv.gz")
    assert counts(run("creators", "import", packed)[1])[0] == 1
    names = {handle: each["name"] for handle, each in everybody(run).items()}
    assert names == {"ann.a": "Änne", "ben_b": "Björn €", "cy.c": "Zoë", "dee.d": "Dee", "eve.e": "Eve"}


def test_headers_and_cells_may_span_lines(run: Run, tmp_path: Path) -> None:
    path = file(tmp_path, 'handle,"\nFollowers","bio\r\n"\nann.a,5,"one\ntwo"\n')
    assert counts(run("creators", "import", path)[1])[0] == 1
    assert everybody(run)["ann.a"]["bio"] == "one\ntwo"


def test_objects_of_strangers_come_in_by_their_keys(run: Run, tmp_path: Path) -> None:
    lines = [
        {"username": "ann.a", "follower_count": 12, "biography": "b\u0000\u202e", "stats": {"x": 1}},
        {"username": "ben_b", "follower_count": "3.4k", "category": ["Music", "Art"]},
        {"username": 7, "follower_count": -1},
    ]
    content = "\n".join(map(json.dumps, lines)) + "\n{broken\n"
    code, report, _ = run("creators", "import", file(tmp_path, content, "tiktok.ndjson"))
    assert (code, counts(report)) == (3, [2, 0, 0, 0, 2])
    assert any("stats" in warning for warning in report["warnings"])
    found = everybody(run)
    assert found["ann.a"]["bio"] == "b\u202e"
    assert (found["ben_b"]["followers"], found["ben_b"]["topics"]) == (3400, ["art", "music"])
    reasons = [json.loads(line) for line in Path(report["rejects_file"]).read_text().splitlines()]
    assert [each["line"] for each in reasons] == [3, 4]


def test_what_a_search_printed_comes_in_elsewhere(run: Run, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run("creators", "import", file(tmp_path, "handle,followers\nann.a,5\n"))
    main(["creators", "search", "--json"])
    found = file(tmp_path, capfd.readouterr().out, "found.ndjson")
    code, report, _ = run("creators", "import", found, "--workspace", str(tmp_path / "other"))
    assert (code, counts(report)) == (0, [1, 0, 0, 0, 0])


def test_own_followers_come_from_the_downloads_of_instagram_and_tiktok(run: Run, tmp_path: Path) -> None:
    def entry(handle: str) -> dict[str, Any]:
        said = {"href": f"https://www.instagram.com/{handle}", "value": handle, "timestamp": 1_690_000_000}
        return {"title": "", "media_list_data": [], "string_list_data": [said]}

    instagram = file(
        tmp_path, json.dumps([entry("ann.a"), entry("ben_b"), {"string_list_data": []}]), "followers_1.json"
    )
    code, report, _ = run("creators", "import", instagram)
    assert (code, report["format"], counts(report)) == (3, "instagram_download", [2, 0, 0, 0, 1])
    archive = tmp_path / "instagram-us.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr(
            "connections/followers_and_following/followers_2.json", json.dumps([entry("ann.a"), entry("cy.c")])
        )
        packed.writestr(
            "connections/followers_and_following/following.json", json.dumps({"relationships_following": []})
        )
    assert counts(run("creators", "import", str(archive))[1]) == [1, 0, 1, 0, 0]
    fans = {"Date": "2026-01-02 10:00:00", "UserName": "dora"}
    tiktok = file(tmp_path, json.dumps({"Your Activity": {"Follower": {"FansList": [fans]}}}), "user_data_tiktok.json")
    assert counts(run("creators", "import", tiktok)[1])[0] == 1
    text = file(tmp_path, "Date: 2026-01-02 10:00:00 UTC\nUsername: emil\n\n", "Follower.txt")
    assert counts(run("creators", "import", text)[1])[0] == 1
    found = everybody(run)
    assert {each["found_by"] for each in found.values()} == {"own_follower"}
    assert found["ann.a"]["found_detail"] == "follows us since 2023-07-22"
    assert {found["dora"]["platform"], found["emil"]["platform"]} == {"tiktok"}


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"\n \n", "blanks"),
        (b"\x00" * 4096, "not text"),
        (os.urandom(4096), "not text"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "not text"),
        (b"PK\x03\x04[Content_Types].xml", "CSV"),
        (b"PK\x03\x04broken", "archive"),
        (b'{"username": "ann.a", "foll', "JSON"),
        (b"[1, 2", "JSON"),
        (b"[1, 2]", "objects"),
        (b"[]", "objects"),
        (gzip.compress(b"handle\nann.a\n" * 50, mtime=0)[:-20], "cut off"),
        (b"\x1f\x8bnot gzip at all", "gzip"),
        (b"<!DOCTYPE html><html></html>", "HTML"),
        (b"handle,followers\n", "no rows"),
    ],
)
def test_what_holds_no_creators_is_refused_in_one_line(run: Run, tmp_path: Path, content: bytes, says: str) -> None:
    code, _, error = run("creators", "import", file(tmp_path, content, "instagram.dat"))
    assert code == 1, error
    [line] = error.splitlines()
    problem = json.loads(line)["error"]
    assert says in problem["message"] + (problem["hint"] or "")
    assert everybody(run) == {}


def test_a_missing_file_a_folder_and_a_locked_file_are_named(run: Run, tmp_path: Path) -> None:
    code, _, error = run("creators", "import", str(tmp_path / "none.csv"))
    assert code == 2
    assert "none.csv" in error
    code, _, error = run("creators", "import", str(tmp_path))
    assert code == 1
    assert "folder" in error
    if os.geteuid() != 0:
        path = Path(file(tmp_path, "handle\nann.a\n"))
        path.chmod(0)
        code, _, error = run("creators", "import", str(path))
        assert code == 1
        assert "read" in error


def test_a_read_only_session_imports_nothing(run: Run, tmp_path: Path) -> None:
    everybody(run)
    code, _, error = run("creators", "import", file(tmp_path, "handle\nann.a\n"), "--read-only")
    assert code == 1
    assert "read-only" in error


def test_an_import_is_one_act_and_undo_takes_it_back(run: Run, tmp_path: Path) -> None:
    run("creators", "import", file(tmp_path, "handle,followers\nann.a,1\n"), "--as-of", "2026-01-01")
    before = everybody(run)
    later = file(tmp_path, "handle,followers,name\nann.a,2,Ann\nben_b,3,Ben\n", "instagram-later.csv")
    assert counts(run("creators", "import", later, "--as-of", "2026-02-01")[1]) == [1, 1, 0, 0, 0]
    code, _, error = run("undo")
    assert code == 0, error
    assert everybody(run) == before


def test_someone_who_asked_to_be_forgotten_is_not_taken_in_again(run: Run, tmp_path: Path) -> None:
    path = file(tmp_path, "handle,followers\nann.a,1\nben_b,2\n")
    run("creators", "import", path)
    code, _, error = run("creators", "forget", "instagram:ann.a", "--yes")
    assert code == 0, error
    code, report, _ = run("creators", "import", path)
    assert (code, counts(report)) == (3, [0, 0, 1, 0, 1])
    assert "asked to be forgotten" in Path(report["rejects_file"]).read_text()


def test_every_real_file_comes_in_and_a_second_time_adds_nothing(run: Run, samples: Path) -> None:
    files = sorted((samples / "datasets").rglob("*.csv"))
    assert files
    for path in files:
        code, report, error = run("creators", "import", str(path))
        assert code in (0, 3), error
        added, updated, _, _, rejected = counts(report)
        assert added + updated > 100
        assert rejected < report["read"] / 20
        assert not any("disagree" in warning for warning in report["warnings"])
        _, again, _ = run("creators", "import", str(path))
        assert counts(again)[:2] == [0, 0]


def test_every_abbreviated_number_of_the_real_files_equals_its_exact_twin(run: Run, samples: Path) -> None:
    import csv

    from influtui.model.figures import agree, figure

    pairs = 0
    for path in sorted((samples / "datasets").rglob("*.csv")):
        _, report, _ = run("creators", "import", str(path), "--dry-run")
        with path.open(encoding="utf-8", errors="replace", newline="") as source:
            rows = list(csv.reader(source))[1:]
        for column in report["columns"]:
            if column["twin"]:
                for row in rows:
                    exact, written = figure(row[column["position"] - 1]), figure(row[column["twin"] - 1])
                    if exact and written:
                        assert agree(written, exact), (path.name, row)
                        pairs += 1
    assert pairs > 3_000


def test_averages_are_grouped_as_the_counts_beside_them_are(run: Run, tmp_path: Path) -> None:
    run("creators", "import", file(tmp_path, "handle;followers;avg likes\nann.a;48.000;1.250\nben_b;12.500;980,5\n"))
    ann, ben = everybody(run)["ann.a"], everybody(run)["ben_b"]
    assert (ann["followers"], ann["avg_likes"]) == (48_000, 1_250)
    assert (ben["followers"], ben["avg_likes"]) == (12_500, 980.5)


def test_a_json_number_with_a_fraction_is_no_count(run: Run, tmp_path: Path) -> None:
    lines = '{"platform":"x","handle":"ann","followers":48.125}\n{"platform":"x","handle":"ben","followers":48.0}\n'
    code, report, _ = run("creators", "import", file(tmp_path, lines, "people.ndjson"))
    assert (code, counts(report)) == (3, [1, 0, 0, 0, 1])
    assert everybody(run)["ben"]["followers"] == 48

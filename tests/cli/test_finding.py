"""`creators customers` and `search web` on the command line: ways to find people that need no platform's permission."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from influtui.cli.main import main

PEOPLE = (
    '{"platform":"instagram","handle":"ada.bakes","email":"Ada+brands@example.org"}\n'
    '{"platform":"tiktok","handle":"bentheeater"}\n{"platform":"youtube","handle":"cleo"}\n'
    '{"platform":"instagram","handle":"dora"}\n{"platform":"instagram","handle":"bentheeater"}\n'
)


def _json(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[dict[str, Any]]]:
    code = main(["--json", *words])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_customers_are_told_by_address_handle_or_profile_and_nobody_else_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "people.ndjson").write_text(PEOPLE)
    assert main(["creators", "import", str(tmp_path / "people.ndjson")]) == 0
    orders = tmp_path / "orders.csv"
    orders.write_text(
        "Order;Customer e-mail;TikTok handle;Note\n1;ada@EXAMPLE.org;;first\n2;zoe@example.org;@nobody;x\n"
        "3;;@BenTheEater;\n4;n/a;;https://youtube.com/@cleo\n5;;;dora\n\n",
        encoding="utf-16",
    )
    capsys.readouterr()
    code, (report,) = _json(capsys, "creators", "customers", str(orders), "--dry-run")
    assert (code, report["tagged"]) == (0, 3)
    code, (report,) = _json(capsys, "creators", "customers", str(orders))
    assert (code, report["read"], report["matched"], report["by_email"], report["by_handle"]) == (0, 5, 3, 1, 2)
    assert report["unread"] == 1
    assert {each["ref"]: each["by"] for each in report["accounts"]} == {
        "instagram:ada.bakes": "email", "tiktok:bentheeater": "handle", "youtube:cleo": "handle",
    }  # fmt: skip
    _, rows = _json(capsys, "creators", "search", "tag:customer")
    assert {row["ref"] for row in rows if "ref" in row} == {each["ref"] for each in report["accounts"]}
    code, (again,) = _json(capsys, "creators", "customers", str(orders))
    assert (again["matched"], again["tagged"]) == (3, 0)
    assert main(["undo"]) == 0
    capsys.readouterr()
    assert not [row for row in _json(capsys, "creators", "search", "tag:customer")[1] if "ref" in row]
    kept = b"".join(path.read_bytes() for path in (tmp_path / "workspace").rglob("*") if path.is_file())
    assert b"zoe@example.org" not in kept


@pytest.mark.parametrize(("content", "says"), [("", "is empty"), ('{"handle":"a"}\n', "no list of customers")])
def test_what_is_no_list_of_customers_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, says: str
) -> None:
    (tmp_path / "list.csv").write_text(content)
    assert main(["creators", "customers", str(tmp_path / "list.csv")]) == 1
    assert says in capsys.readouterr().err


def test_queries_for_a_search_engine_are_printed_to_be_pasted_or_opened(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, found = _json(capsys, "search", "web", "vegan", "baking", "--platform", "instagram", "--language", "de")
    assert code == 0
    assert [each["query"].split(" -site")[0] for each in found] == [
        'site:instagram.com "vegan baking" "E-Mail"', 'site:instagram.com "vegan baking" "Kooperation"'
    ]  # fmt: skip
    opener = tmp_path / "opener.py"
    opener.write_text(f"import sys\nopen({str(tmp_path / 'opened')!r}, 'a').write(sys.argv[1] + '\\n')\n")
    opener.chmod(opener.stat().st_mode | stat.S_IXUSR)
    assert main(["config", "set", "open_command", f"{sys.executable} {opener}"]) == 0
    assert main(["search", "web", "bread", "--platform", "tiktok", "--open"]) == 0
    assert (tmp_path / "opened").read_text().count("https://www.google.com/search?q=site%3Atiktok.com") == 2
    monkeypatch.setenv("SSH_CONNECTION", "1")
    assert main(["search", "web", "bread", "--platform", "nowhere"]) == 2

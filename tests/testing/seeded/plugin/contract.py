"""What the sample's author says of it: its answers, under the contract. As an author would write `tests/test_contract.py`."""

from __future__ import annotations

from collections.abc import Mapping

from influtui.api import Parameter
from influtui.testing import Answer, CarrierContract, PaneContract, SourceContract

NAMES = [f"baker{number}" for number in range(5)]


class TestSample(SourceContract):
    package = "influtui_sample"
    source = "sample"
    limit = 2
    known = ("baker3", "gone", "baker1")

    def answer(self, path: str, parameters: Mapping[str, Parameter]) -> Answer:
        if path == "accounts":
            start, limit = int(str(parameters.get("after", 0))), int(str(parameters["limit"]))
            page = {"accounts": [{"name": name, "fans": 9} for name in NAMES[start : start + limit]]}
            return 200, page | ({"next": str(start + limit)} if start + limit < len(NAMES) else {})
        name = path.split("/")[1]
        if name not in NAMES:
            return 404, {"error": {"code": "nobody"}}
        number = int(name[-1])
        if path.endswith("/posts"):
            posts = [
                {"id": f"{name}-{each}", "text": "bread", "at": 1_795_000_000 - each, "likes": 7 + each, "comments": 3}
                for each in range(3)
            ]
            return 200, {"posts": posts}
        return 200, {
            "id": f"id-{number}", "title": name.title(), "about": "Bakes.", "fans": 100 + number, "follows": 10 + number,
            "posts": 3 + number, "fans_rounded": True, "private": False,
        }  # fmt: skip


class TestTowns(PaneContract):
    package = "influtui_sample"
    pane = "sample-towns"

    def answer(self, path: str, parameters: Mapping[str, Parameter]) -> Answer:
        return 200, {"towns": [{"name": name, "bakers": 1_200 + len(name)} for name in ("Porto", "Graz", "Lyon")]}


class TestSamplePost(CarrierContract):
    package = "influtui_sample"
    carrier = "sample-post"

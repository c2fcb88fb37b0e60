"""Start-up with a hundred installed plugins beside none, and the recognition of tracking numbers.

Each start is a fresh process that lists sources without importing them, the manifests' cache filled; our own modules'
import is not in the figure. Processor time, which a busy machine does not make longer; medians of `RUNS`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

MANIFEST = """
manifest = 1
id = "{id}"
name = "{id}"
api = ">=1.0,<2"
python = "{id}:It"
[[source]]
id = "{id}"
name = "{id}"
platform = "{id}"
base_url = "https://{id}.example/"
hosts = ["{id}.example"]
"""
LISTS = (
    "import time; from influtui.host.discovery import installed; from influtui.host.activation import Host;"
    "began = time.process_time();"
    "sources = Host(installed(), {}, lambda: 0).sources(); print(time.process_time() - began, len(sources))"
)
RUNS = 9


def _install(folder: Path, count: int) -> None:
    for number in range(count):
        id_ = f"acme{number:03d}"
        package = folder / id_
        package.mkdir()
        (package / "__init__.py").write_text("import httpx\n")
        (package / "influtui.toml").write_text(MANIFEST.format(id=id_))
        info = folder / f"{id_}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {id_}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[influtui.manifest]\n{id_} = {id_}:influtui.toml\n")


def _start(folder: Path) -> tuple[float, int]:
    environment = {**os.environ, "PYTHONPATH": str(folder), "XDG_CACHE_HOME": str(folder / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", LISTS], capture_output=True, text=True, check=True, env=environment, timeout=60
    )
    seconds, sources = done.stdout.split()
    return float(seconds) * 1_000, int(sources)


def main() -> None:
    """Print both tables."""
    took: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for count in (0, 100):
            folder = Path(scratch) / str(count)
            folder.mkdir()
            _install(folder, count)
            cold, sources = _start(folder)
            took[count] = median(_start(folder)[0] for _ in range(RUNS))
            print(f"{count:4d} more plugins ({sources} sources): {took[count]:6.1f} ms, first time {cold:6.1f} ms")
    print(f"a hundred plugins cost a start {took[100] - took[0]:+.1f} ms (goal: at most +10 ms)")

    from influtui.model.tracking import detect

    numbers = ("1Z5R89390357567127", "9400111206206406260787", "986578788855", "RB123456785GB", "60120172242323")
    began = time.perf_counter()
    detect(numbers[0])
    print(f"first tracking number, data loaded: {(time.perf_counter() - began) * 1_000:.1f} ms (goal: 15 ms)")
    for number in numbers:
        detect(number)
    began = time.perf_counter()
    for _ in range(2_000):
        for number in numbers:
            detect(number)
    print(f"a tracking number: {(time.perf_counter() - began) / 10_000 * 1e6:.1f} µs (goal: 50 µs)")


if __name__ == "__main__":
    main()

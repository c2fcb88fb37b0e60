"""A kind of record that several threads are first to read is learned by one of them."""

from __future__ import annotations

import subprocess
import sys

RACE = """
import sys, threading, types
import msgspec
from influtui.model import records

sys.setswitchinterval(1e-6)


def kind(number):
    source = "from __future__ import annotations\\nimport msgspec\\n"
    for each in range(20):
        source += f"class S{each}(msgspec.Struct):\\n    a: int = 0\\n    b: str | None = None\\n    c: dict[str, int] = {{}}\\n"
        source += f"    d: tuple[S{each - 1}, ...] = ()\\n" if each else ""
    module = sys.modules[f"made{number}"] = types.ModuleType(f"made{number}")
    exec(source, vars(module))
    return module.S19, module.S18


def read(kinds, together):
    together.wait()
    for kind in kinds:
        assert records.convert({"a": 1, "d": [{"a": 2}]}, kind).d[0].a == 2
        assert records.from_json(b'{"d": [{"a": 2}]}', kind).d[0].a == 2


for number in range(40):
    both, together = kind(number), threading.Barrier(4)
    threads = [threading.Thread(target=read, args=(both[:: 1 if each % 2 else -1], together)) for each in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
print("survived")
"""


def test_threads_that_are_first_to_read_a_kind_at_once_all_get_their_record() -> None:
    done = subprocess.run([sys.executable, "-c", RACE], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "survived\n", "")

"""`python -m tests.bench [NAME [ARGUMENTS …]]`: one benchmark, or all of them. They print ratios and are no tests."""

from __future__ import annotations

import sys
from importlib import import_module

NAMES = ("imports", "search", "plugins", "app", "mail", "incoming")


def main() -> int:
    """Run what is named on the command line."""
    name, *words = sys.argv[1:] or ["all"]
    if name not in (*NAMES, "all"):
        print(f"there is no benchmark {name}: {', '.join(NAMES)}", file=sys.stderr)
        return 2
    for each in NAMES if name == "all" else (name,):
        print(f"== {each}")
        sys.argv = [f"tests.bench.{each}", *words]
        import_module(f"tests.bench.{each}").main()
    return 0


if __name__ == "__main__":
    sys.exit(main())

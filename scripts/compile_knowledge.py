"""Write the compiled form of the knowledge base, or with --check fail where it is out of date."""

from __future__ import annotations

import sys

from neoher.guidance.knowledge.compiled import COMPILED, compile_folder
from neoher.record.storing import replace_atomically


def main(arguments: list[str]) -> int:
    """Write the file, or compare it; exit status 1 where it is out of date, 2 for other arguments."""
    if arguments not in ([], ["--check"]):
        print("usage: compile_knowledge.py [--check]", file=sys.stderr)
        return 2
    written = compile_folder().encode()
    if not arguments:
        replace_atomically(COMPILED, written)
        return 0
    if not COMPILED.is_file() or COMPILED.read_bytes() != written:
        print(
            f"{COMPILED.name} is out of date. Remake it: python scripts/compile_knowledge.py", file=sys.stderr
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

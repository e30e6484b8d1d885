"""The process that reads the inputs: whatever an input does, only this process is lost.

worker.py READER FOLDER mutated FIRST COUNT SEED    reads mutated inputs FIRST … FIRST + COUNT - 1
worker.py READER FOLDER kept FILE…                  reads kept inputs, named KIND--WHAT

Prints one JSON line before each input and one after it. The input lies in FOLDER/input while it is read, and
stays as FOLDER/failed/KIND--NUMBER when it failed. SIGALRM ends an input that takes too long, and the address
space is limited; the parent (test_fuzz.py) sees a worker that dies.
"""

from __future__ import annotations

import json
import resource
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from random import Random

import readers

from neoher.errors import NeoherError

LONGEST_S = 5.0
MOST_BYTES = 2 * 2**30
BEYOND_BYTES = 2**30
"""How far above the limit an allocation may go before it fails: enough to see that it did."""


class TakesTooLong(BaseException):
    """Not an Exception, so that no reader can catch it."""


def stop(*_: object) -> None:
    raise TakesTooLong


def used_bytes(field: str) -> int:
    """A line of this process's status: VmSize, VmRSS, VmHWM (the highest since it was last cleared)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(field))


def mutated_inputs(
    reader: readers.Reader, first: int, count: int, seed: str
) -> Iterator[tuple[str, str, bytes]]:
    """(name, kind, content) of each input; an input depends on its number and the seed only."""
    for number in range(first, first + count):
        random = Random(f"{seed}:{number}")
        kind = random.choice(sorted(reader.seeds))
        yield str(number), kind, reader.mutated(reader.seeds[kind], random)


def kept_inputs(files: list[str]) -> Iterator[tuple[str, str, bytes]]:
    """(name, kind, content) of each kept file."""
    for file in files:
        yield file, Path(file).name.partition("--")[0], Path(file).read_bytes()


def outcome(reader: readers.Reader, kind: str, content: bytes, folder: Path, base_bytes: int) -> str:
    """'read', 'refused', or what went wrong."""
    Path("/proc/self/clear_refs").write_text("5")
    signal.setitimer(signal.ITIMER_REAL, LONGEST_S)
    try:
        reader.read(kind, content, folder)
        said = "read"
    except NeoherError as refusal:
        said = "refused" if not _by_memory(refusal) else "took more memory than there is"
        str(refusal)
    except TakesTooLong:
        said = f"took more than {LONGEST_S:g} s"
    except BaseException as escaped:
        said = f"{type(escaped).__name__} escaped: {escaped}"[:300]
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    peak = used_bytes("VmHWM") - base_bytes
    return said if peak <= MOST_BYTES else f"took {peak / 2**20:.0f} MiB"


def _by_memory(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, MemoryError):
            return True
        error = error.__cause__ or error.__context__
    return False


def main(name: str, folder: str, mode: str, *rest: str) -> None:
    """Read the inputs one after the other."""
    reader = readers.READERS[name]()
    inputs = (
        kept_inputs(list(rest))
        if mode == "kept"
        else mutated_inputs(reader, int(rest[0]), int(rest[1]), rest[2])
    )
    base_bytes = used_bytes("VmRSS")
    most = used_bytes("VmSize") + MOST_BYTES + BEYOND_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, most))
    signal.signal(signal.SIGALRM, stop)
    current, failed = Path(folder, "input"), Path(folder, "failed")
    failed.mkdir(exist_ok=True)
    for number, kind, content in inputs:
        current.write_bytes(content)
        print(json.dumps({"begins": number, "kind": kind}), flush=True)
        said = outcome(reader, kind, content, Path(folder), base_bytes)
        if said not in {"read", "refused"}:
            current.rename(failed / f"{kind}--{Path(number).name}")
        print(json.dumps({"ends": number, "kind": kind, "said": said}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""Where patients are measured: processes on this machine, or the workers of a running Dask cluster."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from neoher.errors import InputError

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["cluster", "local_processes"]

SECONDS_TO_ANSWER = 30
THREADED = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")
ENVIRONMENT = dict.fromkeys(THREADED, "1") | {"MALLOC_TRIM_THRESHOLD_": "65536"}
"""A patient is the unit of work: a worker's libraries start no threads of their own. The C library gives
freed memory back early, as Dask sets it too: what one patient needed does not count against the next."""


@contextmanager
def local_processes(count: int | None, memory: str) -> Iterator[Client]:
    """So many processes here, each held to `memory`; one that dies or outgrows it is replaced.

    Parameters: `count` None takes one for each processor; `memory` such as '2GiB', or 'auto' for an equal
    share of this machine's memory.
    Raises: InputError where the memory is no amount.
    """
    import dask
    from dask.utils import parse_bytes
    from distributed import Client, LocalCluster

    if memory != "auto":
        try:
            amount = parse_bytes(memory)
        except ValueError:
            amount = 0
        if amount < 1:
            raise InputError(f"{memory!r} is no amount of memory.", "--memory", "Such as 2GiB, or auto.")
    settings = {"distributed.nanny.pre-spawn-environ": ENVIRONMENT}
    with (
        dask.config.set(settings),
        LocalCluster(  # type: ignore[no-untyped-call]
            n_workers=count or os.cpu_count() or 1,
            threads_per_worker=1,
            processes=True,
            memory_limit=memory,
            dashboard_address=None,
            silence_logs=logging.CRITICAL,
        ) as processes,
        Client(processes) as client,  # type: ignore[no-untyped-call]
    ):
        yield client


@contextmanager
def cluster(address: str, root: Path) -> Iterator[Client]:
    """The running cluster at `address`, whose workers must see the folder of cases at the same place.

    Raises: InputError where nobody answers, there are no workers, or they see neither neoher nor the folder.
    """
    from distributed import Client

    try:
        client = Client(address, timeout=SECONDS_TO_ANSWER)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TypeError) as error:
        raise InputError(
            f"no scheduler answers there ({type(error).__name__}).",
            f"--scheduler {address}",
            "Start one with `dask scheduler`, and name it as tcp://HOST:8786.",
        ) from None
    with client:
        try:
            client.wait_for_workers(1, timeout=SECONDS_TO_ANSWER)
        except TimeoutError:
            raise InputError(
                "the cluster has no workers.", f"--scheduler {address}", "Start some: `dask worker ADDRESS`."
            ) from None
        _refuse_strangers(client, address, root)
        yield client


def _refuse_strangers(client: Client, address: str, root: Path) -> None:
    from neoher import __version__
    from neoher.cohort.measuring.sight import sight_of

    seen = client.run(sight_of, str(root), on_error="return")
    for worker, sight in seen.items():
        if isinstance(sight, BaseException):
            problem, remedy = f"cannot load neoher ({sight})", "Install neoher[images,cohort] there."
        elif sight.version != __version__:
            problem, remedy = f"has neoher {sight.version}, here it is {__version__}", "Install the same."
        elif not sight.folder:
            problem, remedy = f"does not see {root}", "Put the cases where all see them at the same place."
        else:
            continue
        raise InputError(f"the worker {worker} {problem}.", f"--scheduler {address}", remedy)

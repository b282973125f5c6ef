"""Where the work is done: in processes of this machine, or on a Dask cluster that is there already.

Each is a ``concurrent.futures.Executor`` that is given `workers.run_batch` with lines of JSON, and nothing else.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from codemod import __version__
from codemod.batch.workers import Workers
from codemod.errors import LoopmendError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from concurrent.futures import Executor
    from contextlib import AbstractContextManager

    from distributed import Client

    from codemod.batch.workers import Limits

_DASK = "dask="
_SECONDS = 10
"""For a scheduler to answer, and for its workers to say what they have."""


class ExecutorError(LoopmendError):
    """The executor cannot be reached, or is not fit for the work."""

    def __init__(self, message: str, next_step: str) -> None:
        super().__init__(message)
        self.next_step = next_step


def open_executor(spec: str, jobs: int, limits: Limits) -> AbstractContextManager[Executor]:
    """Return a context with the executor of ``spec``: "" is ``jobs`` processes here, ``dask=ADDRESS`` a scheduler.

    Where the block ends with an exception, what waits is cancelled and what runs here is ended. Raises UsageError for
    another ``spec``; entering raises ExecutorError where there is no cluster that can do the work.
    """
    if spec and not spec.removeprefix(_DASK):
        raise UsageError(f"--executor {spec}: give the scheduler's address, such as dask=tcp://10.0.0.1:8786")
    if spec and not spec.startswith(_DASK):
        raise UsageError(f"--executor {spec}: unknown; write dask=ADDRESS, or leave it out to work on this machine")
    return _cluster(spec.removeprefix(_DASK)) if spec else _workers(jobs, limits)


@contextlib.contextmanager
def _workers(jobs: int, limits: Limits) -> Iterator[Executor]:
    executor = Workers(jobs, limits)
    try:
        yield executor
    except BaseException:
        executor.shutdown(cancel_futures=True)
        raise
    executor.shutdown()


@contextlib.contextmanager
def _cluster(address: str) -> Iterator[Executor]:
    with _client(address) as client:
        executor: Executor = client.get_executor(pure=False)
        try:
            yield executor
        except BaseException:
            executor.shutdown(wait=False)  # with Dask, this cancels
            raise
        executor.shutdown()


@contextlib.contextmanager
def _client(address: str) -> Iterator[Client]:
    """Yield a client of the scheduler at ``address``, whose workers all have this very loopmend."""
    try:
        from distributed import Client
    except ImportError as error:
        raise ExecutorError("--executor dask: distributed is not installed", "pip install 'loopmend[dask]'") from error
    try:
        client = Client(address, timeout=_SECONDS, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:
        raise ExecutorError(
            f"--executor dask: no scheduler answers at {address}", "Check the address and that the scheduler runs."
        ) from error
    with client:
        _check(client, address)
        yield client


def _check(client: Client, address: str) -> None:
    """Raise ExecutorError unless there are workers, and all of them can do the work as it would be done here."""
    if not client.nthreads():
        raise ExecutorError(f"--executor dask: {address} has no workers", "Start workers of that scheduler first.")
    same = "Install the same version of loopmend for every worker of the cluster."
    try:
        found = set(client.run(version).values())
    except Exception as error:  # what a worker raises when it finds no such module may be anything
        raise ExecutorError(f"--executor dask: workers of {address} do not have loopmend: {error}", same) from error
    if found != {__version__}:
        raise ExecutorError(f"--executor dask: workers of {address} have loopmend {', '.join(sorted(found))}", same)


def version() -> str:
    """Return the version of loopmend where this is called."""
    return __version__

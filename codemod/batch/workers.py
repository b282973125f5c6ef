"""Threads that each own one child process, so that no project can harm another one, or this process.

A project whose worker dies, hangs, answers nonsense or runs out of memory is a failed result that says so; the next one
gets a new worker. Workers are in sessions of their own: Ctrl-C in the terminal is meant for us. They end with us in any
case, since their input does, and what they have in their temporary folder goes with them.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from codemod.batch.child import HELLO
from codemod.batch.failure import OUT_OF_MEMORY, failed
from codemod.batch.records import Status, dump, load_result, load_task
from codemod.processes.cleanup import Janitor

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from codemod.batch.records import Result, Task

_PROGRAM = Path(__file__).with_name("child.py")
_MOST = 500_000_000
"""Bytes of one answer."""
_PROJECTS = 300
_RETIRING = 0.5
"""A worker is renewed after so many projects, or one that took such a part of the memory it may have."""
_PATIENCE = 5
"""Seconds for a worker whose output has ended to be gone."""
_TAIL, _SHOWN = 4000, 200
_NO_MEMORY = (b"MemoryError", b"memory allocation", b"cannot allocate memory", b"out of memory")
_GIGABYTE = 1 << 30


@dataclass(frozen=True, slots=True)
class Limits:
    """What one project may take: seconds, and bytes of address space (0: no limit)."""

    seconds: float = 900
    """The biggest project known takes 164 on a quiet machine."""
    memory: int = 2 * _GIGABYTE


class Child:
    """A worker process, started when there is something to do, and anew where it ended; a context that ends it."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._process: _Process | None = None
        self._lock = threading.Lock()
        self._stopped = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def ask(self, task: Task) -> Result:
        """Return the result of ``task``, a failed one where the worker has none.

        Raises CancelledError where `stop` was called.
        """
        try:
            process = self._running()
        except OSError as error:
            return failed(task, f"its worker could not be started: {error.strerror}")
        result = process.ask(task)
        if self._stopped:
            raise CancelledError
        if process.is_worn:
            self.close()
        return result

    def stop(self) -> None:
        """End the worker in the middle of its task, from another thread, for good."""
        with self._lock:
            self._stopped = True
            if self._process is not None:
                self._process.kill()

    def close(self) -> None:
        """End the worker; the next task gets another one."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            process.close()

    def _running(self) -> _Process:
        with self._lock:
            if self._stopped:
                raise CancelledError
            if self._process is None:
                self._process = _Process(self.limits)
            return self._process


class _Process:
    """One process, from its start to its end."""

    def __init__(self, limits: Limits) -> None:
        """Start it; raises OSError."""
        self.is_worn = False
        self._limits = limits
        self._asked = 0
        self._late = False
        self._scratch = Path(tempfile.mkdtemp(prefix="loopmend-worker-"))
        self._janitor = Janitor([self._scratch])
        try:
            self._popen = self._started()
        except OSError:
            self._janitor.dismiss()
            raise

    def _started(self) -> subprocess.Popen[bytes]:
        inside = self._scratch / "here"
        inside.mkdir()
        temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(self._scratch))
        with self._said.open("wb") as said:
            return subprocess.Popen(
                [sys.executable, "-P", "-W", "ignore", str(_PROGRAM), json.dumps(asdict(self._limits))],
                cwd=inside,
                env={**os.environ, **temporary},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                start_new_session=True,
            )

    def ask(self, task: Task) -> Result:
        """Return the result of ``task``; afterwards ``is_worn`` says that there must be no other one."""
        self._asked += 1
        watch = threading.Timer(self._limits.seconds, self._expire) if self._limits.seconds else None
        if watch is not None:
            watch.daemon = True
            watch.start()
        try:
            answer = self._exchange(dump(task).encode("ascii") + b"\n")
        finally:
            if watch is not None:
                watch.cancel()
                watch.join()
        result = self._read(task, answer)
        if result is None:
            self.is_worn = True
            return failed(task, self._why(answer))
        if result.status is Status.FAILED and result.reason == OUT_OF_MEMORY:
            self.is_worn = True
            return replace(result, reason=self._memory())
        grown = self._limits.memory and result.memory > _RETIRING * self._limits.memory
        self.is_worn = bool(self._late or grown or self._asked >= _PROJECTS)
        return result

    def kill(self) -> None:
        """Kill it, and what it started in its session."""
        if self._popen.returncode is not None:
            return
        if sys.platform == "win32":
            self._popen.kill()
        else:
            # Not yet waited for, so the number is still its own.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._popen.pid, signal.SIGKILL)

    def close(self) -> None:
        """Kill it, wait for its end, and remove what it left in its temporary folder."""
        self.kill()
        for stream in (self._popen.stdin, self._popen.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        self._popen.wait()
        self._janitor.dismiss()

    def _expire(self) -> None:
        self._late = True
        self.kill()

    def _exchange(self, line: bytes) -> bytes:
        """Return the answer to ``line``; one that does not end in a newline was not written whole."""
        tasks, answers = self._popen.stdin, self._popen.stdout
        assert tasks is not None
        assert answers is not None
        with contextlib.suppress(BrokenPipeError):
            tasks.write(line)
            tasks.flush()
        if self._asked == 1:
            _skip_to_hello(answers)
        return answers.readline(_MOST)

    def _read(self, task: Task, answer: bytes) -> Result | None:
        try:
            result = load_result(answer.decode("ascii"))
        except (ValueError, TypeError, KeyError, RecursionError):
            return None
        return result if (result.project, result.folder) == (task.project.name, task.project.folder) else None

    def _why(self, answer: bytes) -> str:
        if self._late:
            return f"took longer than {self._limits.seconds:g} s"
        if answer:
            self.kill()
            return "its worker gave an answer that cannot be read"
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._popen.wait(_PATIENCE)
        self.kill()
        self._popen.wait()
        tail = self._tail()
        if any(word in tail for word in _NO_MEMORY):
            return self._memory()
        last = tail.decode(errors="replace").strip().rpartition("\n")[2][:_SHOWN]
        return f"its worker died: {_ending(self._popen.returncode)}" + (f": {last}" if last else "")

    def _memory(self) -> str:
        limit = self._limits.memory
        return f"{OUT_OF_MEMORY} (limit {limit / _GIGABYTE:.3g} GB)" if limit else OUT_OF_MEMORY

    def _tail(self) -> bytes:
        with self._said.open("rb") as file:
            file.seek(max(0, self._said.stat().st_size - _TAIL))
            return file.read()

    @property
    def _said(self) -> Path:
        return self._scratch / "said"


def _skip_to_hello(answers: IO[bytes]) -> None:
    """Read over what the interpreter's own start may print."""
    while (line := answers.readline(_MOST)) and not line.endswith(HELLO):
        pass


def _ending(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    with contextlib.suppress(ValueError):
        return signal.Signals(-status).name
    return f"signal {-status}"


# --- executors -------------------------------------------------------------------------------------------------------

_here = threading.local()


def run_batch(lines: Sequence[str], limits: Limits) -> list[str]:
    """Return the results of tasks, both as lines of JSON (records.py), in their order.

    This is what every executor is given, on whatever machine: the work is done in a child process under ``limits``,
    that of the thread where it has one.
    """
    with _child(limits) as child:
        return [dump(child.ask(load_task(line))) for line in lines]


@contextlib.contextmanager
def _child(limits: Limits) -> Iterator[Child]:
    kept: Child | None = getattr(_here, "child", None)
    if kept is not None:
        yield kept
        return
    with Child(limits) as child:
        yield child


class Workers(ThreadPoolExecutor):
    """An executor for `run_batch` on this machine: ``jobs`` threads, each with a worker process of its own."""

    def __init__(self, jobs: int, limits: Limits) -> None:
        self._children: list[Child] = []
        super().__init__(jobs, "loopmend-worker", self._begin, (limits,))

    def _begin(self, limits: Limits) -> None:
        _here.child = Child(limits)
        self._children.append(_here.child)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End it as any executor; ``cancel_futures`` also ends what is running, whose futures raise CancelledError."""
        super().shutdown(wait=False, cancel_futures=cancel_futures)
        if cancel_futures:
            for child in self._children:
                child.stop()
        super().shutdown(wait=wait)
        if wait:
            for child in self._children:
                child.close()

"""Run one command, end it in time, and leave no process of it behind (run as a program by ``run.py``).

This process is the parent of the command. On Linux it is also the one to which the kernel gives every descendant whose
own parent has ended, so that daemons, which leave their session and their process group, are found as well. Elsewhere
it knows the command's process group (macOS) or the command alone (Windows).

The standard library is enough, and nothing of loopmend is imported: this must work when all else has failed.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import BinaryIO

_TICK = 0.02
_PATIENCE = 10.0
"""Seconds to wait for killed processes to go: one that waits for a device, or is another user's, may not."""
_DRAINING = 5.0
_BLOCK = 64 * 1024
_SET_CHILD_SUBREAPER = 36


class Log:
    """The output of a command in a file: the first half of ``limit`` bytes, and the last half where there is more.

    The head of pytest's output has the versions, its tail the summary. A file that cannot be written (a full disk)
    loses what comes, and nothing else: the command must not wait for a reader.
    """

    def __init__(self, file: BinaryIO, limit: int) -> None:
        self.dropped = 0
        self._file = file
        self._room = limit - limit // 2
        self._half = limit // 2
        self._tail = bytearray()
        self._lock = threading.Lock()

    def add(self, data: bytes) -> None:
        """Take the next bytes."""
        with self._lock:
            head, rest = data[: self._room], data[self._room :]
            self._room -= len(head)
            self._write(head)
            self._tail += rest
            surplus = max(0, len(self._tail) - self._half)
            del self._tail[:surplus]
            self.dropped += surplus

    def close(self) -> None:
        """Write the tail; what comes later is not kept."""
        with self._lock:
            if self.dropped:
                self._write(b"\n[... %d bytes of output are left out here ...]\n" % self.dropped)
            self._write(bytes(self._tail))
            self._tail.clear()
            self._room = self._half = 0

    def _write(self, data: bytes) -> None:
        try:
            written = self._file.write(data) if data else 0
        except OSError:
            written = 0
        self.dropped += len(data) - written


class Owner:
    """The process that started this one; it has gone, or wants an end, when standard input ends or a signal comes."""

    def __init__(self) -> None:
        self.wants_end = False
        # Handlers, not SIG_IGN, which the command would inherit.
        signal.signal(signal.SIGINT, lambda *_: None)
        signal.signal(signal.SIGTERM, self._end)
        threading.Thread(target=self._read, daemon=True).start()

    def _end(self, *_: object) -> None:
        self.wants_end = True

    def _read(self) -> None:
        # Not sys.stdin: its lock, held by this thread, would make the interpreter abort at exit.
        while os.read(0, 1):
            pass
        self.wants_end = True


def main(command: list[str], seconds: float, grace: float, output: int, log: Path) -> dict[str, object]:
    """Run ``command`` and return what became of it; see ``run.Ended``. Raises OSError where it cannot be started."""
    _adopt_orphans()
    with log.open("wb", buffering=0) as file:
        owner, kept, started = Owner(), Log(file, output), time.monotonic()
        process = subprocess.Popen(
            command,
            bufsize=0,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        copying = threading.Thread(target=_copy, args=(process.stdout, kept), daemon=True)
        copying.start()
        timed_out = _wait(process, owner, seconds)
        if process.returncode is None:
            _ask_to_end(process, grace)
        left = _kill_all(process)
        elapsed = time.monotonic() - started
        # Not without a limit: a process that could not be found (macOS) or killed may hold the pipe open.
        copying.join(_DRAINING)
        kept.close()
    status = process.returncode
    return {
        "status": status if status is not None and status >= 0 else None,
        "signal": -status if status is not None and status < 0 else None,
        "timed_out": timed_out,
        "truncated": kept.dropped > 0,
        "seconds": elapsed,
        "left": left,
    }


def _copy(stream: BinaryIO, log: Log) -> None:
    while data := stream.read(_BLOCK):
        log.add(data)


def _wait(process: subprocess.Popen[bytes], owner: Owner, seconds: float) -> bool:
    """Wait for the command's end, or for a reason to end it; tell whether this is that its time is up."""
    deadline = time.monotonic() + seconds
    while _is_running(process) and not owner.wants_end:
        if time.monotonic() >= deadline:
            return True
        time.sleep(_TICK)
    return False


def _ask_to_end(process: subprocess.Popen[bytes], grace: float) -> None:
    if sys.platform == "win32":
        process.kill()
    else:
        _signal_group(process, signal.SIGTERM)
    deadline = time.monotonic() + grace
    while _is_running(process) and time.monotonic() < deadline:
        time.sleep(_TICK)


def _is_running(process: subprocess.Popen[bytes]) -> bool:
    """Tell whether the command still runs, and take note of every other child that has ended."""
    if sys.platform == "win32":
        return process.poll() is None
    with contextlib.suppress(ChildProcessError):
        while True:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                break
            if pid == process.pid:
                process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode is None


def _kill_all(process: subprocess.Popen[bytes]) -> int:
    """Kill the command and all that it left running, until nothing is left; return how many processes remain."""
    deadline = time.monotonic() + _PATIENCE
    while True:
        if sys.platform == "win32":
            process.kill()
        else:
            _signal_group(process, signal.SIGKILL)
            for pid in _descendants():
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.kill(pid, signal.SIGKILL)
        running = _is_running(process)
        left = len(_descendants())
        if not running and not left:
            return 0
        if time.monotonic() > deadline:
            return max(left, 1)
        time.sleep(_TICK / 4)


def _signal_group(process: subprocess.Popen[bytes], number: int) -> None:
    # macOS says "not permitted" of a group that is all zombies.
    if sys.platform != "win32":
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, number)


def _descendants() -> list[int]:
    """Return the processes below this one, none where there is no ``/proc``."""
    children: dict[int, list[int]] = {}
    for name in _processes():
        with contextlib.suppress(OSError):
            # "pid (name) state parent …", where the name may hold anything.
            fields = Path("/proc", name, "stat").read_bytes().rpartition(b")")[2].split()
            children.setdefault(int(fields[1]), []).append(int(name))
    found = [os.getpid()]
    for pid in found:
        found += children.get(pid, [])
    return found[1:]


def _processes() -> list[str]:
    try:
        return [name for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208 (a path per name costs time)
    except OSError:
        return []


def _adopt_orphans() -> None:
    if sys.platform == "linux":
        with contextlib.suppress(ImportError, OSError, AttributeError):
            import ctypes

            ctypes.CDLL(None).prctl(_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


if __name__ == "__main__":
    limits, arguments = json.loads(sys.argv[1]), sys.argv[2:]
    try:
        report = main(arguments, limits["seconds"], limits["grace"], limits["output"], Path(limits["log"]))
    except OSError as error:
        report = {"error": error.strerror or type(error).__name__}
    # The owner may have gone.
    with contextlib.suppress(BrokenPipeError):
        print(json.dumps(report), flush=True)  # noqa: T201
    # Not a plain exit, which waits for nothing either, but may find a thread in the middle of reading.
    os._exit(0)

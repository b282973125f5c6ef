"""Plays the Python code in ``$FAKE_PYTEST``, with the functions below; the standard library is enough."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from importlib import metadata
from pathlib import Path
from typing import NoReturn

VERSIONS = {"python": "3.12.0", **{name: metadata.version(name) for name in ("pytest", "pytest-asyncio")}}
RECORD = Path(os.environ["LOOPMEND_PROBE"], f"{os.getpid()}-00000000.jsonl")
ALL = ("test_one", "test_two", "test_three")


def raw(data: bytes) -> None:
    """Write bytes to the record."""
    with RECORD.open("ab") as file:
        file.write(data)


def write(event: str, **facts: object) -> None:
    """Write one line of the record."""
    raw(json.dumps({"is": event, **facts}).encode() + b"\n")


def start() -> None:
    """Begin a session."""
    write("start", at=time.monotonic(), versions=VERSIONS, mode="strict", worker="", rootdir=str(Path.cwd()))


def collected(*names: str) -> None:
    """Say which tests are going to run."""
    write("collected", ids=[f"test_a.py::{name}" for name in names])


def begin(name: str) -> None:
    """Begin a test."""
    write("begin", run=name, id=f"test_a.py::{name}", at=time.monotonic())


def test(name: str, outcome: str = "passed", error: str = "") -> None:
    """Go through a test."""
    begin(name)
    for when in ("setup", "call", "teardown"):
        said, errors = (outcome, [error]) if when == "call" else ("passed", [])
        facts = {"run": name, "id": f"test_a.py::{name}", "at": time.monotonic(), "when": when}
        write("phase", **facts, outcome=said, seconds=0.01, errors=errors)
    write("finish", run=name)


def end(status: int) -> NoReturn:
    """End the session."""
    write("end", status=status)
    sys.exit(status)


def suite(*failing: str, names: tuple[str, ...] = ALL, error: str = "ValueError: no") -> NoReturn:
    """Run a whole suite, in which some tests fail."""
    start()
    collected(*names)
    for name in names:
        if name in failing:
            test(name, "failed", error)
        else:
            test(name)
    end(1 if failing else 0)


def die(number: int) -> None:
    """End by a signal."""
    os.kill(os.getpid(), number)


def hang() -> None:
    """Do nothing for longer than any limit."""
    time.sleep(600)


def has(path: str, text: str) -> bool:
    """Tell whether a file of the tree has a text in it."""
    return text in Path(path).read_text()


def _note_down() -> int:
    """Add a line to the log and return its number, from 1: that of this run."""
    log = Path(os.environ["FAKE_PYTEST_LOG"])
    found = {"arguments": sys.argv[1:], "folder": os.getcwd(), "variables": dict(os.environ), "pid": os.getpid()}  # noqa: PTH109
    with log.open("a") as file:
        file.write(json.dumps({**found, "plugin": VERSIONS["pytest-asyncio"]}) + "\n")
    return len(log.read_text().splitlines())


if __name__ == "__main__":
    number, version = _note_down(), VERSIONS["pytest-asyncio"]
    exec(os.environ["FAKE_PYTEST"], {**globals(), "signal": signal})

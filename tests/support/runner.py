"""Run a project's suite under a given interpreter and say what happened in each phase, and on which loops."""

from __future__ import annotations

import json
import os
import re
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from codemod.processes.run import Ended, Limits, run

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).resolve().parent
SECONDS = 60
"""Limit for one suite; the slowest of the corpus, which waits for a frozen worker, takes 5 s."""

_PLUGINS = ("-p", "outcome_plugin", "-p", "loop_trace_plugin", "-p", "no:cacheprovider")
_OPTIONS = ("-q", "--tb=native", *_PLUGINS, "-W", "always::ResourceWarning")
_POLICY_ID = re.compile(r"(?<=\[)_\w+EventLoopPolicy-|-_\w+EventLoopPolicy(?=\]$)|\[_\w+EventLoopPolicy\]$")
"""What pytest-asyncio 0.22 appends to the names of tests under its mark ``asyncio_event_loop``."""
_LEAKS = ("unclosed", "was never awaited")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run: verdict (``pass``, ``fail`` or ``hang``), failures as ``phase test: message``, what was left over.

    ``open_connections`` counts the PostgreSQL connections open at the end, None without a server. ``trace`` has for
    each test a label for the loop of each name: ``test`` where it ran on one, the project's fixtures that did, as
    ``path::qualname``, and ``teardown of`` these.
    """

    verdict: str
    failures: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    trace: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    open_connections: int | None = None
    seconds: float = 0.0
    log: str = field(default="", repr=False)

    @property
    def leaks(self) -> tuple[str, ...]:
        """Return the warnings about things that were never closed or awaited, and open connections, as text."""
        found = [warning for warning in self.warnings if any(word in warning for word in _LEAKS)]
        return (*found, *([f"{self.open_connections} open connections"] if self.open_connections else []))


def run_suite(folder: Path, python: Path, variables: Mapping[str, str], seconds: float = SECONDS) -> Outcome:
    """Run ``python -m pytest`` in ``folder`` with ``variables`` added to the environment."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="loopmend-suite-") as scratch:
        result, trace, log = (Path(scratch, name) for name in ("outcome.json", "trace.json", "log"))
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
            "PYTHONPATH": str(HERE),
            "PYTHONDONTWRITEBYTECODE": "1",
            "OUTCOME_FILE": str(result),
            "LOOP_TRACE_FILE": str(trace),
            **variables,
        }
        ended = run([str(python), "-m", "pytest", *_OPTIONS], folder, environment, log, Limits(seconds))
        data = json.loads(result.read_text()) if result.exists() else {}
        loops = json.loads(trace.read_text()) if trace.exists() else {}
        text = log.read_text(errors="replace")
    return _outcome(data, loops, ended, text, time.monotonic() - started)


def _outcome(data: dict, loops: dict, ended: Ended, log: str, seconds: float) -> Outcome:
    phases = [{**phase, "test": _POLICY_ID.sub("", phase["test"])} for phase in data.get("phases", [])]
    failures = [f"{p['phase']} {p['test']}: {p['message']}" for p in phases if p["outcome"] == "failed"]
    failures += [f"collection: {error}" for error in data.get("collect_errors", [])]
    called = [p["test"] for p in phases if p["phase"] == "call" and p["outcome"] == "passed"]
    failed = {p["test"] for p in phases if p["outcome"] == "failed"}
    return Outcome(
        verdict="hang" if ended.timed_out else "pass" if ended.status == 0 else "fail",
        failures=tuple(failures),
        warnings=tuple(data.get("warnings", [])),
        tests=tuple(dict.fromkeys(p["test"] for p in phases)),
        passed=tuple(test for test in called if test not in failed),
        trace={_POLICY_ID.sub("", test): _names(item) for test, item in loops.items()},
        open_connections=data.get("open_connections"),
        seconds=seconds,
        log=log[-6000:],
    )


def _names(item: dict) -> dict[str, str]:
    test = {"test": item["test"]} if item["test"] else {}
    return test | item["fixtures"] | {f"teardown of {name}": label for name, label in item["teardowns"].items()}

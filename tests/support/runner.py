"""Run a project's suite under a given interpreter and say what happened in each phase, and on which loops."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from codemod.evidence import End
from codemod.evidence import Outcome as TestOutcome
from codemod.processes.run import Limits, run
from codemod.verify import recording
from codemod.verify.pairing import plain_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from codemod.evidence import SuiteRun, TestRun

HERE = Path(__file__).resolve().parent
PROBE = Path(recording.__file__).with_name("probe.py")
SECONDS = 60
"""Limit for one suite; the slowest of the corpus, which waits for a frozen worker, takes 5 s."""

_OPTIONS = ("-q", "--tb=native", "-p", "loopmend_probe", "-p", "no:cacheprovider")


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run: verdict (``pass``, ``fail`` or ``hang``), failures as ``phase test: message``, what was left over.

    ``open_connections`` counts the PostgreSQL connections open at the end, None without a server. ``trace`` has for
    each test a label for the loop of each name: ``test`` where it ran on one, the project's fixtures that did, as
    ``path::qualname``, and ``teardown of`` these. ``seen`` is the run as the probe recorded it.
    """

    verdict: str
    seen: SuiteRun = field(repr=False)
    failures: tuple[str, ...] = ()
    leaks: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    passed: tuple[str, ...] = ()
    trace: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    open_connections: int | None = None
    seconds: float = 0.0
    log: str = field(default="", repr=False)


def run_suite(folder: Path, python: Path, variables: Mapping[str, str], seconds: float = SECONDS) -> Outcome:
    """Run ``python -m pytest`` in ``folder`` with ``variables`` added to the environment."""
    with tempfile.TemporaryDirectory(prefix="loopmend-suite-") as scratch:
        counted = Path(scratch, "connections")
        counting = ("-p", "connections_plugin") if "PG_PLAIN_URL" in variables else ()
        variables = {"PYTHONPATH": str(HERE), "CONNECTIONS_FILE": str(counted), **variables}
        command = [str(python), "-m", "pytest", *_OPTIONS, *counting]
        seen = record_suite(command, folder, variables, seconds)
        connections = int(counted.read_text()) if counted.exists() else None
    outcome = _outcome(seen)
    left = (f"{connections} open connections",) if connections else ()
    return replace(outcome, open_connections=connections, leaks=(*outcome.leaks, *left))


def record_suite(
    command: list[str], folder: Path, variables: Mapping[str, str] | None = None, seconds: float = SECONDS
) -> SuiteRun:
    """Run ``command``, which starts pytest with the probe, in ``folder`` and return what the probe saw."""
    with tempfile.TemporaryDirectory(prefix="loopmend-suite-") as scratch:
        plugins, record, log = (Path(scratch, name) for name in ("plugins", "record", "log"))
        plugins.mkdir()
        record.mkdir()
        shutil.copy(PROBE, plugins / "loopmend_probe.py")
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")},
            "PYTHONDONTWRITEBYTECODE": "1",
            "LOOPMEND_PROBE": str(record),
            **(variables or {}),
        }
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(plugins), environment.get("PYTHONPATH")]))
        ended = run(command, folder, environment, log, Limits(seconds))
        text = log.read_text(errors="replace")
        return recording.read(record, ended.status, ended.timed_out, ended.seconds, text, ended.truncated)


def _outcome(seen: SuiteRun) -> Outcome:
    failures = [
        f"{phase.name} {plain_id(test.id)}: {phase.error}"
        for test in seen.tests
        for phase in test.phases
        if phase.outcome.is_bad
    ]
    failures += [f"collection: {error}" for _, error in seen.collect_errors]
    good = (TestOutcome.PASSED, TestOutcome.XPASSED)
    return Outcome(
        verdict="hang" if seen.end is End.TIMED_OUT else "pass" if seen.status == 0 else "fail",
        seen=seen,
        failures=tuple(failures),
        leaks=seen.all_leaks,
        tests=tuple(plain_id(test.id) for test in seen.tests),
        passed=tuple(plain_id(test.id) for test in seen.tests if test.outcome in good),
        trace={plain_id(test.id): _names(test) for test in seen.tests},
        seconds=seen.seconds,
        log=seen.output[-6000:],
    )


def _names(test: TestRun) -> dict[str, str]:
    found = {} if test.loop is None else {"test": f"loop {test.loop}"}
    for one in test.fixtures:
        # What is called event_loop is gone after a migration.
        if one.name != "event_loop":
            alias = "" if one.qualname.rpartition(".")[2] == one.name else f" as {one.name}"
            name = f"{one.path}::{one.qualname}{alias}"
            found |= {} if one.setup is None else {name: f"loop {one.setup}"}
            found |= {} if one.teardown is None else {f"teardown of {name}": f"loop {one.teardown}"}
    return found

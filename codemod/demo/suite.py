"""Run the demo's test suite in a process of its own and say briefly how it went."""

from __future__ import annotations

import os
import re
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from codemod.errors import LoopmendError
from codemod.processes.run import Limits, run
from codemod.report.brief import brief

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SECONDS = 120
"""Limit for one run of the suite, which takes 3 s."""


class SuiteError(LoopmendError):
    """The suite could not be run to its end."""

    next_step = "Run the command again; if it fails again, please report this message."


@dataclass(frozen=True, slots=True)
class Trouble:
    """One test that failed, or for which pytest reports an error outside the test, with the message in one line."""

    test: str
    word: str
    message: str


@dataclass(frozen=True, slots=True)
class SuiteRun:
    """How many tests there were, how long they took (seconds), and those with trouble."""

    tests: int
    seconds: float
    troubles: tuple[Trouble, ...]

    @property
    def passed(self) -> bool:
        """Say whether there were tests and all of them are fine in every phase."""
        return self.tests > 0 and not self.troubles

    def lines(self) -> list[str]:
        """Return the summary for a person: the tests with trouble, each different message once, the totals."""
        lines = [f"{trouble.word} {trouble.test}" for trouble in self.troubles]
        lines += [f"  {message}" for message in dict.fromkeys(trouble.message for trouble in self.troubles)]
        fine = self.tests - len({trouble.test for trouble in self.troubles})
        return [*lines, f"{fine} of {self.tests} tests without an error, {self.seconds:.1f} s"]


def run_suite(folder: Path, variables: Mapping[str, str], seconds: float = SECONDS) -> SuiteRun:
    """Run ``python -m pytest`` in ``folder`` with ``variables`` added to the environment.

    Raises SuiteError when it takes longer than ``seconds``, or ends without a result.
    """
    with tempfile.TemporaryDirectory(prefix="loopmend-run-") as scratch:
        result, log = Path(scratch, "result.xml"), Path(scratch, "log")
        options = ["-q", "-p", "pytest_asyncio.plugin", "-p", "no:cacheprovider", f"--junitxml={result}"]
        command = [sys.executable, "-m", "pytest", *options]
        if run(command, folder, _environment(variables), log, Limits(seconds)).timed_out:
            raise SuiteError(f"the suite did not end within {seconds:.0f} s")
        if not result.exists():
            tail = log.read_text(errors="replace").split("\n")[-6:]
            raise SuiteError("the suite ended without a result: " + " ".join(" ".join(tail).split())[-400:])
        return _read(result)


def _environment(variables: Mapping[str, str]) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    # Only the plugin the demo is about: what else is installed beside it must not change the outcome.
    return {**own, **variables, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1"}


def _read(result: Path) -> SuiteRun:
    # pytest writes a second entry for a test that fails and then errs at teardown, hence the set.
    cases = [(_name(case), case) for case in ElementTree.parse(result).iter("testcase")]
    seconds = sum(float(case.get("time", "0")) for _, case in cases)
    troubles = tuple(trouble for name, case in cases for trouble in _troubles(name, case))
    return SuiteRun(len({name for name, _ in cases}), seconds, troubles)


def _name(case: ElementTree.Element) -> str:
    module = case.get("classname", "").replace(".", "/")
    return f"{module}.py::{case.get('name')}" if module else str(case.get("name"))


def _troubles(name: str, case: ElementTree.Element) -> Iterator[Trouble]:
    for tag, word in (("failure", "FAILED"), ("error", "ERROR")):
        for entry in case.iter(tag):
            yield Trouble(name, word, _shorten(entry.get("message", "")))


def _shorten(message: str) -> str:
    line = brief(message)
    match = re.fullmatch(r'failed on (\w+) with "(.*)"', line)
    return (f"at {match[1]}: {match[2]}" if match else line)[:300]

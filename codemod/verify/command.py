"""The project's own test command, as far as it can be repeated: which arguments pytest gets, and where it starts.

What the repository runs is taken from its tox, nox, CI, Make and script files (project/invocations.py), without what
only reports or stops early. Where it runs pytest in several ways none of them is the project's: then pytest runs as its
configuration says, with the options about loops on which all commands agree.
"""

from __future__ import annotations

import argparse
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemod.project.invocations import invocations
from codemod.project.shell_words import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from codemod.project.invocations import Invocation
    from codemod.runs import Runs

# Options of pytest and its usual companions that only report, or that end a run before every test has run.
_COMBINED = re.compile(r"-[qvxls]{2,}")
_FLAGS = frozenset(
    (
        *("-q", "-v", "-x", "-l", "--quiet", "--verbose", "--exitfirst", "--showlocals", "--pdb", "--trace"),
        *("--lf", "--last-failed", "--ff", "--failed-first", "--nf", "--new-first", "--sw", "--stepwise"),
        *("--stepwise-skip", "--cache-clear", "--no-header", "--no-summary"),
        *("--no-cov", "--cov-append", "--cov-branch", "--self-contained-html"),
    )
)
_VALUES = frozenset(
    (
        *("-r", "--tb", "--maxfail", "--durations", "--durations-min", "--color", "--code-highlight", "--log-file"),
        *("--junitxml", "--junit-xml", "--junit-prefix", "--html", "--css", "--report-log", "--json-report-file"),
        *("--cov-report", "--cov-config", "--cov-fail-under", "--cov-context"),
    )
)
_MAYBE_VALUES = ("--cov",)


@dataclass(frozen=True, slots=True)
class TestCommand:
    """The arguments of pytest, the folder to start in (relative to the repository), and where both are from."""

    __test__ = False

    arguments: tuple[str, ...] = ()
    folder: str | None = None
    origin: str = ""


def own_command(runs: Runs) -> TestCommand:
    """Return how the repository itself runs the tests of a project."""
    found = [each for each in invocations(runs.files, runs.ground, everything=True) if each.counts]
    different = {(_essential(each.words), each.folder): each for each in reversed(found)}
    if len(different) == 1:
        ((arguments, folder), each), *_ = different.items()
        if arguments is not None:
            return TestCommand(arguments, folder, each.origin)
    if runs.doubt or runs.config is runs.plain:
        return TestCommand()
    each = next(each for each in runs.commands if each.counts)
    return TestCommand(_within(runs, each.args), None, f"the options that all commands in {_listed(found)} agree on")


def _essential(words: Sequence[str]) -> tuple[str, ...] | None:
    """Return the arguments that choose tests and change how they run; None where only a run could tell one."""
    known = [word for word in words if word.strip(UNKNOWN)]  # $(ARGS): nothing by default
    if any(UNKNOWN in word for word in known):
        return None
    single = [part for word in known for part in ([f"-{c}" for c in word[1:]] if _COMBINED.fullmatch(word) else [word])]
    try:
        return tuple(_parser().parse_known_args(single)[1])
    except argparse.ArgumentError:  # an option without its value
        return None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    for flag in _FLAGS:
        parser.add_argument(flag, action="count")
    for option in _VALUES:
        parser.add_argument(option)
    for option in _MAYBE_VALUES:
        parser.add_argument(option, nargs="?")
    return parser


def _within(runs: Runs, arguments: Iterable[str]) -> tuple[str, ...]:
    """Return ``arguments`` with absolute paths below the project relative to it, so that they hold in a copy."""
    root = runs.ground.folder.resolve()
    return tuple(word.removeprefix(f"{root}/") if word != str(root) else "." for word in arguments)


def _listed(found: Sequence[Invocation]) -> str:
    return ", ".join(dict.fromkeys(each.path for each in found))

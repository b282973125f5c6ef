"""A command that runs the tests sets an asyncio option to what the target refuses, or against the migration.

*What it does.* Reads the commands of the repository that run pytest (tox, nox, Makefiles, justfiles, CI workflows,
scripts, Dockerfiles, tasks in pyproject.toml) and `PYTEST_ADDOPTS` around them. Reports `--asyncio-mode=legacy`, loop
scopes in `-o` that are no scope, and values that contradict what the migration writes into the configuration file.

*Why is this bad.* A flag wins over the file. pytest does not start (`'legacy' is not a valid asyncio_mode. Valid modes:
auto, strict.`), or the tests go on running on the loops that were to be left, on CI only.

*Fix safety.* Safe where the words stand in tox.ini, setup.cfg or a TOML file as they are read, and the command surely
runs the tests of the project: one word is replaced by another. What contradicts the migration is edited together with
it.

*Left alone.* Commands in YAML, Makefiles, scripts and noxfile.py are shown with the words to write, as are those of
which it is not sure that they run these tests. Values that only a run could tell, and commands of other projects.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from codemod.model import Applicability, Location
from codemod.operations import SetOption
from codemod.project.invocations import LOOP_OPTIONS, MODE, Standing
from codemod.project.word_edits import with_value, word_edit
from codemod.rules._base import Case, finding, local_rule
from codemod.rules._options import did_you_mean, meant_value, valid_values

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemod.analysis.suite import Suite
    from codemod.model import Finding, Remedy
    from codemod.project.invocations import Invocation, Setting


def cases(suite: Suite) -> Iterator[Case]:
    """Yield one case for each value that the target refuses."""
    for command, setting, number in _settings(suite):
        valid = valid_values(suite, setting.option)
        value = setting.value or ""
        if not valid or value in valid:
            continue
        meant = meant_value(suite, setting.option, value)
        says = "was removed in 0.20" if (setting.option, value) == (MODE, "legacy") else "is no value of that option"
        advice = f"write `{with_value(setting, meant)}` there" if meant else did_you_mean(value, valid)
        found = _finding(setting, number, f"`{setting.written}` in a command that runs the tests {says}", advice)
        edit = word_edit(setting, meant) if meant and command.counts else None
        yield Case(found, (edit,), Applicability.SAFE) if edit else Case(found)


def contradictions(suite: Suite, remedies: Iterable[Remedy]) -> Iterator[tuple[Finding, str]]:
    """Yield a finding for each command that sets an option otherwise than ``remedies`` write it into the file.

    With each comes the code of the remedy that edits the command too, "" where none does.
    """
    remedies = tuple(remedies)
    written = {
        operation.key: operation.value
        for remedy in remedies
        for operation in remedy.operations
        if isinstance(operation, SetOption) and operation.key in LOOP_OPTIONS
    }
    for _, setting, number in _settings(suite):
        wanted = written.get(setting.option)
        if wanted is None or wanted == setting.value or setting.value not in valid_values(suite, setting.option):
            continue
        says = f"`{setting.written}` in a command that runs the tests wins over `{setting.option} = {wanted}`"
        found = _finding(setting, number, f"{says}, which the migration writes", f"write {wanted} there too")
        edit = word_edit(setting, wanted)
        yield found, next((remedy.code for remedy in remedies if edit in remedy.operations), "")


def _settings(suite: Suite) -> Iterator[tuple[Invocation, Setting, int]]:
    """Yield what commands set that may run the tests, each with its number among the same words of the file."""
    seen: Counter[tuple[str, str]] = Counter()
    known: set[tuple[str, int, str]] = set()
    for command in suite.commands:
        for setting in command.settings if command.standing is not Standing.ELSEWHERE else ():
            place = (setting.path, setting.line, setting.written)
            # PYTEST_ADDOPTS is around many commands and said once.
            if setting.value is not None and place not in known:
                known.add(place)
                seen[setting.path, setting.written] += 1
                yield command, setting, seen[setting.path, setting.written]


def _finding(setting: Setting, number: int, message: str, advice: str) -> Finding:
    where = Location(setting.path, setting.line)
    return finding(RULE.code, where, message, f"{setting.written}\0{number}", advice=advice)


RULE = local_rule(
    code="LM108",
    name="set-by-command",
    summary="a command sets an asyncio option to what the target refuses",
    since="0.2.0",
    max_applicability=Applicability.SAFE,
    doc=__doc__ or "",
    cases=cases,
    cure="correct the options in the commands that run the tests",
    breaks=True,
    valid_from="0.17.0",
)

"""A pin of pytest-asyncio stands where loopmend does not edit it.

*What it does.* Finds what LM501 would raise but must not or cannot: lines with hashes and files a tool has compiled,
lock files, requirements that are computed or outside the folder, commands in CI files, Makefiles, shell scripts and
Dockerfiles that install an old version. For locks and compiled files it prints the command that renews them.

*Why is this bad.* The suite passes here and fails in CI the next day, where the old version is installed.

*Fix safety.* Never applied: a lock or a hash is only right when its own tool writes it, and a command is not data.

*Left alone.* Pins that allow the version to go to; everything under `--target current`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.raising import UNKNOWN, Raise, floor_of, installed_too_old, raises
from codemod.model import Applicability, Location
from codemod.project.lock_commands import renewal
from codemod.project.requirements import PLUGIN
from codemod.rules._base import Case, finding, local_rule
from codemod.rules._pins import goes, pin_finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite

# Why no edit touches it, by the word of raising.Raise.
_WHY = {
    "lock": "a lock file is written by its own tool",
    "compiled": "a tool has written the file",
    "hashed": "its hashes are right for that version only",
    "outside": "it lies outside this folder",
    "url": "it names no version but a place",
    "editable": "it names no version but a place",
    "computed": "it does not stand in the file as it is",
    "continued": "it goes over several lines",
    "matrix": "it is one of several versions to test with",
    "template": "the file is a template",
    "spelling": "how it would be spelt with a newer version is not certain",
}


def cases(suite: Suite) -> Iterator[Case]:
    """Yield a case for each pin that has to go up and is not edited."""
    for each in raises(suite):
        if each.edit is None:
            verb = "may keep" if each.held in UNKNOWN else "keeps"
            says = f"{each.said} {verb} out pytest-asyncio {suite.target}, which the suite {goes(suite)}"
            yield Case(pin_finding(RULE.code, each, f"{says}; {_WHY[each.held]}", _advice(suite, each)))
    for word in installed_too_old(suite):
        says = f"a command installs `{word.requirement_text}`, which keeps out pytest-asyncio {suite.target}"
        advice = f"raise it to {word.name} >={_oldest(suite, word.name)} there, with this change"
        place = Location(word.path, word.line)
        yield Case(finding(RULE.code, place, says, f"{word.path}:{word.requirement_text}", advice=advice))


def _advice(suite: Suite, each: Raise) -> str:
    """Return what to do: the command of the tool that wrote the file, or to raise it by hand."""
    path = each.pin.origin.rpartition(":")[0]
    if each.held in ("lock", "compiled", "hashed") and not path.startswith("../"):
        text = (suite.workspace.read(path) or b"").decode("utf-8", "replace")
        if command := renewal(path, text, each.name, suite.target if each.name == PLUGIN else ""):
            return f"after this change: {command}"
    return f"raise it to {each.name} >={_oldest(suite, each.name)} there, with this change"


def _oldest(suite: Suite, name: str) -> str:
    """Return the oldest version of pytest-asyncio or pytest that will do."""
    floor = floor_of(suite.target)
    return floor.pytest if floor is not None and name != PLUGIN else suite.keep or suite.target


RULE = local_rule(
    code="LM503",
    name="pin-out-of-reach",
    summary="a pin of pytest-asyncio stands where loopmend does not edit it",
    since="0.2.0",
    max_applicability=Applicability.DISPLAY,
    doc=__doc__ or "",
    cases=cases,
    cure="",
)

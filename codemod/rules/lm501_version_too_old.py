"""A requirement keeps out the pytest-asyncio version the suite goes to, or still allows what it leaves.

*What it does.* Finds, wherever dependencies are declared, each requirement of pytest-asyncio that forbids the version a
migrated suite is written for or allows an older one, and each requirement of pytest that forbids the oldest pytest that
version runs with. It raises them together.

*Why is this bad.* A migrated suite needs what its old version does not have: `accepts only a single, optional keyword
argument 'scope'`, options that are ignored. Upgrading pytest-asyncio without migrating is no better: an `event_loop`
override that shared one loop is silently ignored from 1.0 on.

*Fix safety.* Safe where the suite goes to the version in the same run, because it has to change for it or `--target`
says so, and nothing is left in its way: only the version part changes, in its own style (`==`, `~=`, `^`, a range, an
upper bound). Unsafe for a suite that is taken as written for a newer version than its requirement allows, because its
code says so, and for a requirement whose file asks for nothing but Pythons the target does not run on.

*Left alone.* What a package asks of those who install it (`dependencies`, `install_requires`) only gets a wider upper
bound where it keeps the version out. Requirements without a version, and those that only hold on Pythons the target
does not run on; everything under `--target current`. What cannot be edited is LM503's business, Python's own version
LM502's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.models import has
from codemod.analysis.raising import Raise, floor_of, nothing_required, raises, stays_on_old_python, written
from codemod.model import Applicability, Location
from codemod.project.requirements import PLUGIN, Pin
from codemod.rules._base import Case, finding, local_rule
from codemod.rules._pins import goes, pin_finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite


_WITH_PYTHON = "its file asks for a Python the target does not run on, which goes up with it (LM502)"


def cases(suite: Suite) -> Iterator[Case]:
    """Yield a case for each requirement that an edit raises, or one where the version was given and none is written."""
    trust, condition = _trust(suite)
    for each in raises(suite):
        if each.edit is not None:
            found = pin_finding(RULE.code, each, _says(suite, each), f"raise it to {written(each.name, each.new)}")
            if stays_on_old_python(suite, each):
                yield Case(found, (each.edit,), min(trust, Applicability.UNSAFE), _WITH_PYTHON)
            else:
                yield Case(found, (each.edit,), trust, condition)
    if nothing_required(suite):
        says = f"what installs pytest-asyncio {suite.version} keeps out {suite.target}, which the suite {goes(suite)}"
        yield Case(finding(RULE.code, Location(suite.place.path, 1), says, PLUGIN, advice="raise it with this change"))


def _trust(suite: Suite) -> tuple[Applicability, str]:
    """Return how far the edits may be trusted, and why not further."""
    if suite.upgrades and not has(suite.target, "repaired"):
        return Applicability.DISPLAY, "how the suite's loops are kept is known for targets from 1.0 on only"
    if suite.upgrades or suite.keep is not None:
        return Applicability.SAFE, ""
    return Applicability.UNSAFE, f"the suite {suite.version_origin}"


def _says(suite: Suite, each: Raise) -> str:
    if each.name != PLUGIN:
        floor = floor_of(suite.target)
        needs = f", which needs {each.name} >={floor.pytest}" if floor is not None else ""
        return f"{each.said} keeps out pytest-asyncio {suite.target}{needs}"
    allows = isinstance(each.pin, Pin) and each.pin.allowed.contains(suite.target)
    verb = "allows versions older than" if allows else "keeps out"
    return f"{each.said} {verb} pytest-asyncio {suite.target}, which the suite {goes(suite)}"


RULE = local_rule(
    code="LM501",
    name="version-too-old",
    summary="a requirement keeps out the pytest-asyncio version to go to, or allows what is left",
    since="0.1.0",
    max_applicability=Applicability.SAFE,
    doc=__doc__ or "",
    cases=cases,
    cure="raise pytest-asyncio, and pytest with it",
    valid_from="0.10.0",
)

"""The project declares a Python that the pytest-asyncio to go to does not run on.

*What it does.* Finds `requires-python`, `python_requires`, Poetry's, Pipenv's and conda's `python` that reach below the
oldest Python the target runs with (3.10 from 1.3 on), and raises them together with what LM501 raises.

*Why is this bad.* Resolvers that look for one answer for all Pythons (uv, Poetry, PDM) refuse the project: `The current
project's supported Python range is not compatible with some of the required packages`. pip says `No matching
distribution found` on the old Python only.

*Fix safety.* Unsafe: whoever installs the project on the older Python can no longer do so. A lower `--target`, or
`--keep-compat`, keeps it.

*Left alone.* Classifiers, test matrices and tox environments: they are named in the advice where they are seen. Nothing
is said where the suite stays on its version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.analysis.raising import floor_of, old_pythons, python_raises, raises
from codemod.model import Applicability
from codemod.rules._base import Case, local_rule
from codemod.rules._pins import pin_finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite

_SHOWN = 5


def cases(suite: Suite) -> Iterator[Case]:
    """Yield a case for each declaration of Python that reaches below the target's oldest."""
    floor = floor_of(suite.target)
    if floor is None or not suite.upgrades:
        return
    together = tuple(each.edit for each in raises(suite) if each.edit is not None)
    for each in python_raises(suite):
        below = f"reaches below {floor.python}, which pytest-asyncio {suite.target} needs"
        says = f"the Python of the project (`{each.specifier}`) {below}"
        advice = f"raise it to >={floor.python}, or give a lower --target or --keep-compat{_also(suite)}"
        found = pin_finding(RULE.code, each, says, advice)
        if each.edit is None:
            yield Case(found)
        else:
            lost = f"it ends the support of Pythons before {floor.python}"
            yield Case(found, (*together, each.edit), Applicability.UNSAFE, lost)


def _also(suite: Suite) -> str:
    """Return where else the old Pythons are named, for a person to see to."""
    places = [f"{each.path}:{each.line} ({each.version})" for each in old_pythons(suite)]
    more = f" and {len(places) - _SHOWN} more" if len(places) > _SHOWN else ""
    return f"; named in {', '.join(places[:_SHOWN])}{more}, too" if places else ""


RULE = local_rule(
    code="LM502",
    name="python-too-old",
    summary="the project declares a Python that the pytest-asyncio to go to does not run on",
    since="0.2.0",
    max_applicability=Applicability.UNSAFE,
    doc=__doc__ or "",
    cases=cases,
    cure="raise pytest-asyncio, pytest and Python together",
)

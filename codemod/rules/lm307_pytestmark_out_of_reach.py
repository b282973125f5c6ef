"""A `pytestmark` stands where it reaches no test.

*What it does.* Finds `pytestmark` with the asyncio mark in a conftest.py or in the `__init__.py` of a package of tests.

*Why is this bad.* In a conftest.py it never had an effect; in an `__init__.py` only pytest 7 took it for the modules
of the package. The tests below run on loops of their own, or are not run at all.

*Fix safety.* Never applied: what was meant has to be written into each module, or as the option
`asyncio_default_test_loop_scope`.

*Left alone.* An `__init__.py` that pytest collects as a test module (`python_files`).
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from codemod.analysis.marks import MARK
from codemod.model import Applicability
from codemod.rules._base import Case, finding, local_rule
from codemod.rules._places import place

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite

_REACH = {
    "conftest.py": "has no effect in a conftest.py",
    "__init__.py": "reaches the modules of the package with pytest 7 only",
}
_ADVICE = "move it into each module, or set asyncio_default_test_loop_scope"


def cases(suite: Suite) -> Iterator[Case]:
    """Yield one case per asyncio mark in such a ``pytestmark``."""
    workspace = suite.workspace
    for path in sorted(workspace.files):
        reach = _REACH.get(posixpath.basename(path))
        written = reach and workspace.is_test_code(path) and b"pytestmark" in (workspace.read(path) or b"")
        facts = workspace.module(path) if written and not workspace.is_test_file(path) else None
        for number, mark in enumerate(facts.marks if facts is not None else ()):
            if mark.name == MARK:
                where = place(path, mark.applied or mark.span)
                says = f"the asyncio mark in this `pytestmark` {reach}"
                yield Case(finding("LM307", where, says, str(number), "pytestmark", advice=_ADVICE))


RULE = local_rule(
    "LM307",
    "pytestmark-out-of-reach",
    "a `pytestmark` stands where it reaches no test",
    Applicability.DISPLAY,
    __doc__ or "",
    cases,
    cure="",
)

"""pyproject.toml has two tables for pytest.

*What it does.* Finds options in `[tool.pytest]` beside `[tool.pytest.ini_options]`.

*Why is this bad.* Up to pytest 8 nothing reads `[tool.pytest]`, so an `asyncio_mode` there never applied. pytest 9
refuses to start: `Cannot use both [tool.pytest] (native TOML types) and [tool.pytest.ini_options] (string-based INI
format) simultaneously.`

*Fix safety.* Safe together with an upgrade from a version that ran with an older pytest: the table that was never
read is deleted, with the comments in it.

*Left alone.* Without an upgrade the table is only shown: which of the two is meant is a person's choice. Sub-tables
of `[tool.pytest]` and a `[tool.pytest]` that is alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.model import Applicability, Location
from codemod.operations import RemoveSection
from codemod.rules._base import Case, finding, local_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.suite import Suite


def cases(suite: Suite) -> Iterator[Case]:
    """Yield a case for a table that pytest 8 passes over and pytest 9 refuses."""
    table = suite.config.shadowed
    if table is None:
        return
    line = next((line for line in table.lines.values() if line), 1)
    keys = ", ".join(f"`{key}`" for key in table.values)
    message = (
        f"[tool.pytest] was never read, so {keys} never applied; pytest 9 refuses it beside [tool.pytest.ini_options]"
    )
    found = finding(RULE.code, Location(suite.place.path, line), message, ".".join(table.path))
    if suite.upgrades:
        yield Case(found, (RemoveSection(suite.place.path, table.path),), Applicability.SAFE)
    else:
        yield Case(found)


RULE = local_rule(
    code="LM105",
    name="second-pytest-table",
    summary="pyproject.toml has two tables for pytest",
    since="0.2.0",
    max_applicability=Applicability.SAFE,
    doc=__doc__ or "",
    cases=cases,
    cure="delete the table that pytest never read",
    breaks=True,
    valid_from="0.10.0",
)

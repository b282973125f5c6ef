"""Async fixtures under plain ``@pytest.fixture``: who runs them now, and after an upgrade (SEMANTICS §2.9)."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

from codemod.analysis.models import mode_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from codemod.analysis.resolve import FixtureDef, Item
    from codemod.analysis.suite import Suite


class Plain(Enum):
    """What has to become of a plain async fixture."""

    CONVERT = auto()
    """pytest-asyncio runs it now, and will only with its own decorator."""
    SHARED = auto()
    """The same, but tests of another async plugin use it too."""
    BUILT = auto()
    """The same, but its decorator is made elsewhere or has positional arguments."""
    NEVER_RUN = auto()
    """pytest-asyncio does not run it, though its tests ask for it."""


def plain_fixtures(suite: Suite) -> dict[FixtureDef, Plain]:
    """Return every async fixture under ``@pytest.fixture`` that needs attention, in the order of the files."""
    users = _users(suite)
    found = {}
    for fixture in sorted(suite.graph.fixtures.values(), key=lambda f: (f.key.path, f.function.span)):
        if fixture.decl.factory == "pytest" and fixture.function.is_async:
            kinds = {item.kind for item in users.get(fixture, ())}
            if (fate := _fate(suite, fixture, kinds)) is not None:
                found[fixture] = fate
    return found


def _users(suite: Suite) -> dict[FixtureDef, list[Item]]:
    found: dict[FixtureDef, list[Item]] = {}
    for linked in suite.linked:
        for fixture in linked.fixtures.values():
            found.setdefault(fixture, []).append(linked.item)
    return found


def _fate(suite: Suite, fixture: FixtureDef, kinds: Iterable[str]) -> Plain | None:
    kinds = set(kinds)
    mode = suite.graph.mode
    if mode == "strict":
        # anyio runs a fixture that asks for its backend.
        foreign = "foreign" in kinds or "anyio_backend" in fixture.function.params
        return Plain.NEVER_RUN if "asyncio" in kinds and not foreign else None
    after = mode_of(suite.target, suite.config.options["asyncio_mode"].value)
    if mode != "legacy" or after != "strict" or kinds == {"foreign"}:
        return None
    if not fixture.decl.editable:
        return Plain.BUILT
    return Plain.SHARED if "foreign" in kinds else Plain.CONVERT

"""The asyncio marks of a suite as they are written, each once, and who besides pytest-asyncio looks for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codemod.analysis.hooks import MODIFY_ITEMS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.facts import FunctionFacts, MarkFacts, ModuleFacts
    from codemod.analysis.resolve import Item
    from codemod.analysis.suite import Suite
    from codemod.analysis.workspace import Workspace
    from codemod.operations import Span

MARK = "asyncio"
_ASKS = re.compile(rb"""\b(get_closest_marker|get_marker|iter_markers|own_markers)\b|\.keywords\b""")
_ASKS_ANY = re.compile(rb"\biter_markers\(\s*\)|\bown_markers\b")
_QUOTED = re.compile(rb"""["']asyncio["']""")
# What wraps a test without changing whether it is a coroutine function.
_HARMLESS = ("pytest.mark.", "hypothesis.", "unittest.mock.")


@dataclass(frozen=True, slots=True)
class WrittenMark:
    """The code that makes an asyncio mark, the items it is on, and what holds it (a function, a class, a variable)."""

    facts: MarkFacts
    items: tuple[Item, ...]
    symbol: str
    number: int

    @property
    def keywords(self) -> dict[str, str]:
        """Return the keywords with the source of their values."""
        return dict(self.facts.keywords)


def written_marks(suite: Suite, name: str = MARK) -> list[WrittenMark]:
    """Return the marks called ``name`` of all items, of hooks and of top-level names, in the order of the files."""
    found: dict[tuple[str, Span], MarkFacts] = {}
    items: dict[tuple[str, Span], list[Item]] = {}
    for item in suite.graph.items:
        for mark in item.marks:
            if mark.name == name:
                found.setdefault((mark.path, mark.span), mark)
                items.setdefault((mark.path, mark.span), []).append(item)
    for mark in _unattached(suite.workspace):
        if mark.name == name:
            found.setdefault((mark.path, mark.span), mark)
    return [_written(suite.workspace, found[site], tuple(items.get(site, ()))) for site in sorted(found)]


def _unattached(workspace: Workspace) -> Iterator[MarkFacts]:
    """Yield marks that reach items by other ways than those index.py follows: by an import, or by a hook."""
    paths = (p for p in workspace.files if workspace.is_test_code(p) and b"mark.asyncio" in (workspace.read(p) or b""))
    for facts in filter(None, map(workspace.module, paths)):
        yield from facts.named_marks
        if facts.hook is not None:
            yield facts.hook.mark


def _written(workspace: Workspace, mark: MarkFacts, items: tuple[Item, ...]) -> WrittenMark:
    facts = workspace.module(mark.path)
    holders = _holders(facts) if facts is not None else ()
    site = mark.span
    for symbol, marks in holders:
        spans = [m.span for m in marks]
        if site in spans:
            return WrittenMark(mark, items, symbol, spans.index(site))
    return WrittenMark(mark, items, "", 0)


def _holders(facts: ModuleFacts) -> Iterator[tuple[str, tuple[MarkFacts, ...]]]:
    yield "pytestmark", facts.marks
    yield from ((c.qualname, c.marks) for c in facts.classes)
    yield from ((f.qualname, (*f.marks, *(p for m in f.marks for p in m.param_marks))) for f in facts.functions)
    if facts.hook is not None:
        yield MODIFY_ITEMS, (facts.hook.mark,)
    yield "", facts.named_marks


def is_looked_for(suite: Suite) -> bool:
    """Tell whether anything but pytest-asyncio may ask whether a test has the asyncio mark (code, ``-m``, ``-k``)."""
    options = suite.config.lists["addopts"]
    chosen = [o for before, o in zip(("", *options), options, strict=False) if before in ("-m", "-k") or o[:2] == "-m"]
    return any(MARK in option for option in chosen) or any(
        _asks(suite.workspace.read(path) or b"") for path in suite.workspace.files
    )


def _asks(data: bytes) -> bool:
    return bool(_ASKS_ANY.search(data) or (_ASKS.search(data) and _QUOTED.search(data)))


def is_only_marked(function: FunctionFacts) -> bool:
    """Tell whether no decorator of a test can make another kind of function of it."""
    aliases = sum(mark.applied != mark.span for mark in function.marks)
    return sum(not dotted.startswith(_HARMLESS) for dotted in function.decorators) == aliases

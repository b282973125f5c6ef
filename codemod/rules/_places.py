"""Findings at a mark and at a fixture, and what goes with a decorator that is removed or replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.model import Finding, Location
from codemod.operations import DropImportIfUnused, EnsureImport, RemoveDecorator, ReplaceCallee
from codemod.rules._base import finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from codemod.analysis.facts import MarkFacts
    from codemod.analysis.marks import WrittenMark
    from codemod.analysis.resolve import FixtureDef, Item
    from codemod.operations import Operation, Span


def place(path: str, span: Span) -> Location:
    """Return where a span begins."""
    return Location(path, span.line, span.column + 1)


def mark_finding(code: str, mark: WrittenMark, says: str, advice: str = "") -> Finding:
    """Return the finding of a mark, told from the other marks of what holds it by its number."""
    where = place(mark.facts.path, mark.facts.span)
    return finding(code, where, says, str(mark.number), mark.symbol, advice=advice)


def fixture_finding(code: str, fixture: FixtureDef, says: str, advice: str = "") -> Finding:
    """Return the finding of a fixture's decorator; the message begins with the fixture's name."""
    where = place(fixture.key.path, fixture.decl.span)
    return finding(code, where, f"fixture `{fixture.decl.name}` {says}", "", fixture.key.qualname, advice=advice)


def item_finding(code: str, item: Item, says: str, advice: str = "") -> Finding:
    """Return the finding of a test function; the message begins with its name."""
    where = place(item.owner, item.function.span)
    return finding(code, where, f"test `{item.name}` {says}", "", item.function.qualname, advice=advice)


def without_mark(mark: MarkFacts) -> Iterator[Operation]:
    """Yield what takes a mark off the function it decorates, with an import that only it needed."""
    applied = mark.applied or mark.span
    yield RemoveDecorator(mark.path, applied)
    if applied == mark.span and mark.root:
        yield DropImportIfUnused(mark.path, mark.root)


def with_factory(fixture: FixtureDef, factory: str) -> Iterator[Operation]:
    """Yield what gives a fixture the decorator ``<factory>.fixture``, with its import and without the old one."""
    path, decl = fixture.key.path, fixture.decl
    yield ReplaceCallee(path, decl.span, f"{factory}.fixture")
    yield EnsureImport(path, factory)
    if decl.root and decl.root != factory:
        yield DropImportIfUnused(path, decl.root)

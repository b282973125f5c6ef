"""Keep return annotations true when a function becomes a generator, or a generator becomes asynchronous."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import libcst as cst

from codemod.operations import DropImportIfUnused, EnsureImport
from codemod.rewrite.python.syntax import code_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_HOMES = ("collections.abc", "typing", "typing_extensions")
_ASYNC_NAMES = {"Generator": "AsyncGenerator", "Iterator": "AsyncIterator", "Iterable": "AsyncIterable"}


@dataclass(slots=True)
class TypingNames:
    """The typing imports of one file, and what the edits of its annotations need imported or no longer need."""

    tree: ast.Module
    needed: list[EnsureImport | DropImportIfUnused] = field(default_factory=list)

    def returns_after(
        self, before: cst.FunctionDef, after: cst.FunctionDef, *, converted: bool
    ) -> cst.BaseExpression | None:
        """Return the return annotation of ``after``, and note the imports it needs.

        ``converted`` says that a ``return`` became a ``yield``: ``X`` is then what the iterator yields. An annotation
        that is none of the generator types of `collections.abc` and `typing`, or is a string, stays as it is.
        """
        assert before.returns is not None  # the caller asks for annotated functions only
        old = before.returns.annotation
        if converted:
            return self._iterator_of(old, "AsyncIterator" if after.asynchronous else "Iterator")
        if before.asynchronous is None and after.asynchronous is not None:
            return self._asynchronous(old)
        return old

    def _iterator_of(self, item: cst.BaseExpression, name: str) -> cst.BaseExpression:
        if self._home(name) is None:
            self.needed.append(EnsureImport("", "collections.abc", name))
        return cst.Subscript(cst.Name(name), [cst.SubscriptElement(cst.Index(item))])

    def _asynchronous(self, old: cst.BaseExpression) -> cst.BaseExpression:
        head = old.value if isinstance(old, cst.Subscript) else old
        if isinstance(head, cst.Attribute) and head.attr.value in _ASYNC_NAMES and self._is_home(head.value):
            new_head: cst.BaseExpression = head.with_changes(attr=cst.Name(_ASYNC_NAMES[head.attr.value]))
            name = head.attr.value
        elif isinstance(head, cst.Name) and head.value in _ASYNC_NAMES and self._home(head.value) is not None:
            name = head.value
            self._rename(name)
            new_head = head.with_changes(value=_ASYNC_NAMES[name])
        else:
            return old
        if not isinstance(old, cst.Subscript):
            return new_head
        # Generator has a third parameter, the returned value, which an asynchronous generator cannot have.
        kept = old.slice[:2] if name == "Generator" else old.slice
        closed = [*kept[:-1], kept[-1].with_changes(comma=cst.MaybeSentinel.DEFAULT)]
        return old.with_changes(value=new_head, slice=closed)

    def _rename(self, name: str) -> None:
        home = self._home(name)
        if home is not None and self._home(_ASYNC_NAMES[name]) is None:
            self.needed.append(EnsureImport("", home, _ASYNC_NAMES[name]))
        self.needed.append(DropImportIfUnused("", name))

    def _home(self, name: str) -> str | None:
        """Return the module that ``name`` is imported from, where that is one of the modules with iterator types."""
        for node, alias in self._aliases():
            if isinstance(node, ast.ImportFrom) and node.level == 0 and alias.name == name and alias.asname is None:
                return node.module if node.module in _HOMES else None
        return None

    def _is_home(self, value: cst.BaseExpression) -> bool:
        dotted = code_of(value)
        imported = {alias.asname or alias.name: alias.name for node, alias in self._aliases()}
        return dotted in _HOMES or imported.get(dotted) in _HOMES or (dotted == "abc" and "abc" in imported)

    def _aliases(self) -> Iterator[tuple[ast.Import | ast.ImportFrom, ast.alias]]:
        """Yield the imports that an annotation can see; those under ``if`` only where annotations stay text."""
        statements = list(self.tree.body)
        if any(isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in statements):
            statements += [inner for node in self.tree.body if isinstance(node, ast.If) for inner in node.body]
        for node in statements:
            if isinstance(node, ast.Import | ast.ImportFrom):
                for alias in node.names:
                    yield node, alias

"""Names in one module: what a dotted expression stands for, and exact spans in characters."""

from __future__ import annotations

import ast
import builtins
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from codemod.analysis.facts import DYNAMIC, OWN
from codemod.operations import Span

if TYPE_CHECKING:
    from collections.abc import Mapping

BUILTINS = frozenset(dir(builtins))
_LINE_END = re.compile("\r\n|\r|\n")
_BRACKET_SPACE = re.compile(r"([\[({]) |,? ([\])}])")


@dataclass(slots=True)
class Names:
    """The import table, top-level names and string constants of one module, and its lines for span conversion."""

    text: str
    imports: dict[str, str] = field(default_factory=dict)
    stars: list[str] = field(default_factory=list)
    tops: dict[str, ast.expr | None] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, tree: ast.Module, text: str) -> Names:
        """Read the imports and top-level assignments of ``tree`` (also under if/try)."""
        names = cls(text, lines=_LINE_END.split(text))
        for node in tree.body:
            names._top(node)
        return names

    def _top(self, node: ast.stmt | ast.ExceptHandler) -> None:
        if isinstance(node, ast.Import | ast.ImportFrom):
            self.add_import(node)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            self.tops[node.name] = None
        elif isinstance(node, ast.Assign):
            bound = (name for target in node.targets for name in ast.walk(target))
            self.tops.update({name.id: node.value for name in bound if isinstance(name, ast.Name)})
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            self.tops[node.target.id] = node.value
        elif isinstance(node, ast.If | ast.Try | ast.With | ast.ExceptHandler):
            for child in ast.iter_child_nodes(node):
                if isinstance(child, ast.stmt | ast.ExceptHandler):
                    self._top(child)

    def add_import(self, node: ast.Import | ast.ImportFrom) -> None:
        """Record what an import statement binds; relative modules keep their leading dots."""
        if isinstance(node, ast.Import):
            for alias in node.names:
                local = alias.asname or alias.name.split(".")[0]
                self.imports[local] = alias.name if alias.asname else local
            return
        base = "." * node.level + (node.module or "")
        for alias in node.names:
            if alias.name == "*":
                self.stars.append(base)
            else:
                glue = "" if base.endswith(".") or not base else "."
                self.imports[alias.asname or alias.name] = f"{base}{glue}{alias.name}"

    def dotted(self, node: ast.expr, local: Mapping[str, object] | frozenset[str] = frozenset()) -> str:
        """Return the dotted name ``node`` stands for, "" where it is no plain name or its root is in ``local``."""
        parts: list[str] = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id in local:
            return ""
        root = self.root(node.id)
        return ".".join([root, *reversed(parts)]) if root else ""

    def root(self, name: str) -> str:
        """Return what a bare global name stands for: an imported dotted name, ``:name`` of this module, or ""."""
        if name in self.imports:
            return self.imports[name]
        if name in self.tops:
            return OWN + name
        if name in BUILTINS:
            return f"builtins.{name}"
        return OWN + name if self.stars else ""

    def constant(self, node: ast.expr | None) -> str | None:
        """Return the string ``node`` evaluates to, None where it is ``None`` or absent, DYNAMIC where not constant."""
        if node is None or (isinstance(node, ast.Constant) and node.value is None):
            return None
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        if isinstance(node, ast.Name) and (value := self.tops.get(node.id)) is not None and value is not node:
            found = self.constant(value) if isinstance(value, ast.Constant) else DYNAMIC
            return found if found is not None else DYNAMIC
        return DYNAMIC

    def prefix(self, node: ast.expr | None) -> str:
        """Return the literal beginning of a string expression (for a database URL), or ""."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        if isinstance(node, ast.JoinedStr) and node.values:
            return self.prefix(node.values[0])
        if isinstance(node, ast.BinOp):
            return self.prefix(node.left)
        return ""

    def span(self, node: ast.expr | ast.stmt | ast.ExceptHandler) -> Span:
        """Return the extent of ``node`` with columns in characters (``ast`` counts UTF-8 bytes)."""
        end_line, end = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return Span(node.lineno, self._column(node.lineno, node.col_offset), end_line, self._column(end_line, end))

    def source(self, node: ast.expr, limit: int = 60) -> str:
        """Return the source of ``node`` on one line, cut at ``limit`` characters."""
        span = self.span(node)
        if span.line == span.end_line:
            text = self.lines[span.line - 1][span.column : span.end_column]
        else:
            first, last = self.lines[span.line - 1][span.column :], self.lines[span.end_line - 1][: span.end_column]
            text = " ".join(" ".join([first, *self.lines[span.line : span.end_line - 1], last]).split())
            text = _BRACKET_SPACE.sub(r"\1\2", text)
        return text if len(text) <= limit else text[: limit - 1] + "…"

    def _column(self, line: int, offset: int) -> int:
        text = self.lines[line - 1] if line <= len(self.lines) else ""
        return (
            offset if text.isascii() else len(text.encode("utf-8", "surrogatepass")[:offset].decode("utf-8", "ignore"))
        )

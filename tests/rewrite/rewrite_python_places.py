"""Where things are in a test's source: spans as `ast` gives them, columns in characters."""

from __future__ import annotations

import ast
import io
import re
import tokenize

from codemod.errors import FileError
from codemod.operations import PythonOperation, Span
from codemod.rewrite.python import rewrite

PATH = "tests/conftest.py"


def source_of(text: str | bytes) -> bytes:
    return text if isinstance(text, bytes) else text.encode()


def span_of(data: bytes, node: ast.AST) -> Span:
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    lines = re.split("\r\n|\r|\n", data.decode(encoding))

    def column(line: int, offset: int) -> int:
        return len(lines[line - 1].encode()[:offset].decode())

    line, end = node.lineno, node.end_lineno  # type: ignore[attr-defined]
    start, stop = node.col_offset, node.end_col_offset  # type: ignore[attr-defined]
    return Span(line, column(line, start), end, column(end, stop))


def nodes(data: bytes, *kinds: type[ast.AST]) -> list[ast.AST]:
    found = [node for node in ast.walk(ast.parse(data)) if isinstance(node, kinds)]
    return sorted(found, key=lambda node: (node.lineno, node.col_offset, -node.end_lineno, -node.end_col_offset))  # type: ignore[attr-defined]


def call(text: str | bytes, callee: str, number: int = 0) -> Span:
    """Return the span of the call of ``callee``, or of the bare name where it is not called."""
    data = source_of(text)
    calls = nodes(data, ast.Call)
    called = [node for node in calls if ast.unparse(node.func) == callee]  # type: ignore[attr-defined]
    functions = {id(node.func) for node in calls}  # type: ignore[attr-defined]
    bare = [n for n in nodes(data, ast.Name, ast.Attribute) if ast.unparse(n) == callee and id(n) not in functions]
    return span_of(data, [*called, *bare][number])


def function(text: str | bytes, name: str | None = None) -> Span:
    data = source_of(text)
    found = nodes(data, ast.FunctionDef, ast.AsyncFunctionDef)
    return span_of(data, next(node for node in found if name in (None, node.name)))  # type: ignore[attr-defined]


def handler(text: str | bytes, number: int = 0) -> Span:
    data = source_of(text)
    return span_of(data, nodes(data, ast.ExceptHandler)[number])


def edited(text: str | bytes | None, *operations: PythonOperation) -> str:
    """Return the edited text; newlines come out as they are in the file."""
    return rewrite(PATH, None if text is None else source_of(text), operations).decode()


def refusal(text: str | bytes | None, *operations: PythonOperation) -> str:
    """Return the reason with which the edit is refused."""
    try:
        rewrite(PATH, None if text is None else source_of(text), operations)
    except FileError as error:
        assert error.path == PATH
        return f"{type(error).__name__}: {error.reason}"
    raise AssertionError("not refused")


def expression(text: str | bytes, source: str, number: int = 0) -> Span:
    """Return the span of the expression that `ast.unparse` spells ``source``."""
    data = source_of(text)
    return span_of(data, [node for node in nodes(data, ast.expr) if ast.unparse(node) == source][number])


def statement(text: str | bytes, source: str, number: int = 0) -> Span:
    """Return the span of the statement that `ast.unparse` spells ``source``."""
    data = source_of(text)
    return span_of(data, [node for node in nodes(data, ast.stmt) if ast.unparse(node) == source][number])

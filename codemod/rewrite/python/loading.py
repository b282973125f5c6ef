"""Open and close the door: refuse what cannot be parsed, edited or reproduced exactly, and check what was made.

The parser of libcst runs on the C stack: 2 000 nested brackets kill the process, and nested ``case`` patterns take time
that grows fourfold with each level (measured with 1.9.0). Both are kept out beforehand, cheaply: `ast` gives the depth
of the syntax, `tokenize` the depth of brackets and the length of runs of strings, which `ast` does not show. What is
below these limits but too deep for Python's own recursion limit ends in RecursionError, which the caller maps to the
same refusal.
"""

from __future__ import annotations

import ast
import io
import tokenize
from token import tok_name
from typing import TYPE_CHECKING

import libcst as cst

from codemod.errors import FileError
from codemod.rewrite.python.syntax import RefusalError

if TYPE_CHECKING:
    from collections.abc import Iterator

TOO_DEEP = "too deeply nested to edit"
MAX_DEPTH = 200
MAX_BRACKETS = 50
MAX_PATTERN_BRACKETS = 6
_SILENT = frozenset({"NL", "COMMENT", "INDENT", "DEDENT"})


def load(path: str, data: bytes) -> tuple[cst.Module, ast.Module]:
    """Parse a file; raise FileError where it is no Python, RefusalError where it cannot be edited or reproduced."""
    tree = _parse(path, data)
    _refuse_depth(tree)
    try:
        refuse_tokens(data)
        module = cst.parse_module(data)
    except (cst.ParserSyntaxError, tokenize.TokenError, UnicodeError, SyntaxError):
        raise RefusalError("its syntax is not known to the editing parser") from None
    if module.bytes != data:
        raise RefusalError("cannot be reproduced byte for byte")
    return module, tree


def check_result(before: bytes | None, after: bytes) -> None:
    """Raise RefusalError unless the edited file parses, and compiles if the original does."""
    try:
        ast.parse(after)
        if before is None or _compiles(before):
            compile(after, "<edited>", "exec", dont_inherit=True)
    except SyntaxError as error:
        raise RefusalError(
            f"the edited file would not compile: {error.msg} (line {error.lineno} of the result)"
        ) from None


def _compiles(data: bytes) -> bool:
    try:
        compile(data, "<original>", "exec", dont_inherit=True)
    except SyntaxError:
        return False
    return True


def _parse(path: str, data: bytes) -> ast.Module:
    try:
        return ast.parse(data)
    except SyntaxError as error:
        if "too many nested" in error.msg:
            raise RefusalError(TOO_DEEP) from None
        raise FileError(path, f"line {error.lineno or 1}: {error.msg}") from None
    except (MemoryError, RecursionError):
        raise RefusalError(TOO_DEEP) from None
    except (ValueError, LookupError) as error:
        raise FileError(path, str(error)) from None


def _refuse_depth(tree: ast.Module) -> None:
    """Raise RefusalError where the syntax is deeper than MAX_DEPTH levels, counted without recursion."""
    pending: list[tuple[ast.AST, int]] = [(tree, 0)]
    while pending:
        node, depth = pending.pop()
        if depth > MAX_DEPTH:
            raise RefusalError(TOO_DEEP)
        for child in ast.iter_child_nodes(node):
            pending.append((child, depth + _levels(node)))


def _levels(node: ast.AST) -> int:
    """Return how many levels libcst makes of a node that is one level of `ast`."""
    if isinstance(node, ast.BoolOp):
        return len(node.values)
    if isinstance(node, ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp):
        return len(node.generators)
    return 1


def refuse_tokens(data: bytes) -> None:
    """Raise RefusalError where brackets are too deep, or one string is made of too many pieces."""
    brackets = pieces = formats = 0
    limit = MAX_BRACKETS
    for starts_line, kind, text in _tokens(data):
        if starts_line:
            limit, pieces = (MAX_PATTERN_BRACKETS if text == "case" else MAX_BRACKETS), 0
        elif brackets == 0 and kind == "OP" and text in ":=":
            # The pattern is over, or ``case`` was the name of a variable.
            limit = MAX_BRACKETS
        if kind == "OP":
            brackets += (text in "([{") - (text in ")]}")
        if kind in ("STRING", "FSTRING_START", "TSTRING_START"):
            pieces += formats == 0
        elif formats == 0:
            pieces = 0
        formats += kind.endswith("STRING_START") - kind.endswith("STRING_END")
        if brackets > limit or pieces > MAX_DEPTH:
            raise RefusalError(TOO_DEEP)


def _tokens(data: bytes) -> Iterator[tuple[bool, str, str]]:
    """Yield the tokens that mean something: whether one starts a logical line, its kind, its text."""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    text = data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
    starts_line = True
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        kind = tok_name[token.type]
        if kind == "NEWLINE":
            starts_line = True
        elif kind not in _SILENT:
            yield starts_line, kind, token.string
            starts_line = False

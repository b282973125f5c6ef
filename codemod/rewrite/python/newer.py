"""Tell syntax that is wrong from syntax that is only newer than the Python loopmend runs on."""

from __future__ import annotations

import ast
import io
import keyword
import tokenize

import libcst as cst

from codemod.rewrite.python.loading import MAX_DEPTH, TOO_DEEP, refuse_tokens
from codemod.rewrite.python.syntax import RefusalError

_REFUSALS = (cst.ParserSyntaxError, RefusalError, tokenize.TokenError, LookupError, UnicodeError, SyntaxError)
_NO_CHAIN = frozenset("()[]{},:;")


def is_valid(data: bytes) -> bool:
    """Return whether libcst, whose grammar does not depend on the running Python, reads ``data``."""
    try:
        ast.parse(data)
    except SyntaxError:
        return _reads(data)
    except (LookupError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _reads(data: bytes) -> bool:
    try:
        refuse_tokens(data)
        _refuse_chains(data)
        cst.parse_module(data)
    except (*_REFUSALS, RecursionError):
        return False
    return True


def _refuse_chains(data: bytes) -> None:
    """Raise RefusalError where brackets, blocks and chains of operators may add up to more than MAX_DEPTH levels.

    The syntax tree that would tell is missing, and libcst's parser dies of what is too deep.
    """
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    chains, branches, blocks = [0], 0, 0
    for token in tokenize.generate_tokens(io.StringIO(data.decode(encoding)).readline):
        text = token.string
        blocks += (token.type == tokenize.INDENT) - (token.type == tokenize.DEDENT)
        branches += text == "elif"
        if token.type == tokenize.NEWLINE:
            chains = [0]
        elif token.type == tokenize.OP and text in "([{":
            chains[-1] += 1
            chains.append(0)
        elif token.type == tokenize.OP and text in ")]}" and len(chains) > 1:
            chains.pop()
        elif text == ",":
            chains[-1] = 0
        elif (token.type == tokenize.OP and text not in _NO_CHAIN) or keyword.iskeyword(text):
            chains[-1] += 1
        if sum(chains) + branches + blocks > MAX_DEPTH:
            raise RefusalError(TOO_DEEP)

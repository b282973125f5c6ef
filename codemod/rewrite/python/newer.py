"""Tell syntax that is wrong from syntax that is only newer than the Python loopmend runs on."""

from __future__ import annotations

import tokenize

import libcst as cst

from codemod.rewrite.python.loading import refuse_tokens
from codemod.rewrite.python.syntax import RefusalError


def is_valid(data: bytes) -> bool:
    """Return whether libcst, whose grammar does not depend on the running Python, reads ``data``."""
    try:
        refuse_tokens(data)
        cst.parse_module(data)
    except (cst.ParserSyntaxError, RefusalError, tokenize.TokenError, UnicodeError, SyntaxError, RecursionError):
        return False
    return True

"""Conda's version constraints as PEP 440 specifiers (fuzzy ``=``, bare versions, wildcards, build strings)."""

from __future__ import annotations

import re

_EQUAL = re.compile(r"(?P<operator>==|=|)\s*(?P<version>[0-9][\w.]*?)(?P<star>\.?\*)?(?:=[^,=]*|\s+[^\s,=]+)?$")


def to_specifier(constraint: str) -> str:
    """Return the PEP 440 specifier that means the same as ``constraint``; what is PEP 440 already stays as it is.

    Build strings are left out; ``""`` is any version. Source: conda's documentation, "Package match specifications".
    """
    clauses = [clause.strip() for clause in constraint.split(",")]
    return ",".join("" if clause in ("*", "=*") else _clause(clause) for clause in clauses)


def _clause(text: str) -> str:
    match = _EQUAL.match(text)
    if match is None:
        return text
    fuzzy = match["star"] or match["operator"] == "="  # =1.2 is 1.2.*, ==1.2 and a bare 1.2 are that version
    return f"=={match['version']}.*" if fuzzy else f"=={match['version']}"

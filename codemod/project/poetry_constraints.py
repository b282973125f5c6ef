"""Poetry's version constraints as PEP 440 specifiers (carets, tildes, wildcards, bare versions)."""

from __future__ import annotations

import re

_OPERATOR_GAP = re.compile(r"([<>=!~^])\s+")
_TERM = re.compile(r"(?P<operator>\^|~(?!=)|)v?(?P<version>\d[^\s,]*|\*)$")
_RELEASE = re.compile(r"\d+(?:\.\d+)*")


def to_specifier(constraint: str) -> str:
    """Return the PEP 440 specifier that means the same as ``constraint``; ``""`` for any version.

    Of alternatives (``||``) the last is returned: by custom the newest, and the one an installer would take.
    Source: poetry's documentation, "Dependency specification".
    """
    last = constraint.split("||")[-1].strip()
    terms = _OPERATOR_GAP.sub(r"\1", last).replace(",", " ").split()
    return ",".join(filter(None, map(_term, terms)))


def _term(text: str) -> str:
    match = _TERM.match(text)
    if match is None:
        return re.sub(r"^=(?=\d)", "==", text)
    operator, version = match["operator"], match["version"]
    if version == "*":
        return ""
    if not operator:
        return f"=={version}"
    return f">={version},<{_bump(version, operator)}"


def _bump(version: str, operator: str) -> str:
    """Return the first version that ``^version`` or ``~version`` no longer allows."""
    release = _RELEASE.match(version)
    numbers = [int(part) for part in release[0].split(".")] if release else [0]
    if operator == "~":
        index = min(1, len(numbers) - 1)
    else:
        index = next((at for at, number in enumerate(numbers) if number), len(numbers) - 1)
    return ".".join(map(str, [*numbers[:index], numbers[index] + 1]))

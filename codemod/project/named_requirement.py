"""A requirement that a person gave: a name and versions, never a place to take code from."""

from __future__ import annotations

from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from codemod.errors import UsageError


@dataclass(frozen=True, slots=True)
class NamedRequirement:
    """A requirement of one distribution; ``name`` is canonical, ``text`` as PEP 508 writes it."""

    name: str
    text: str


def named_requirement(text: str, option: str = "--with") -> NamedRequirement:
    """Read ``text``, the value of ``option``; raise UsageError for an option, a URL, a path or what cannot be read."""
    example = "give a name with versions, such as pytest-asyncio==1.5.0"
    try:
        found = Requirement(text.strip())
    except InvalidRequirement as error:
        raise UsageError(f"{option} {text!r} is no requirement: {example}") from error
    if found.url:
        raise UsageError(f"{option} {text!r} names a place to install from: {example}")
    return NamedRequirement(canonicalize_name(found.name), str(found))

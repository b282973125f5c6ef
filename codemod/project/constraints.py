"""Version constraints in the spelling of each dialect, and how to raise them without changing their style."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemod.project.requirement_lines import Dialect


def raised(written: str, dialect: Dialect, floor: str, pick: str) -> str | None:
    """Return the constraint ``written`` with nothing below ``floor`` and with ``pick`` allowed, in the same style."""
    raise NotImplementedError

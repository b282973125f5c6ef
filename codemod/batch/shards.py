"""Results cut into patches that can be reviewed and merged one by one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from codemod.batch.records import FilePatch


@dataclass(frozen=True, slots=True)
class Shard:
    """One patch: ``slug`` names its files and branch, ``checkout`` the checkout that it is for."""

    name: str
    slug: str
    checkout: str
    projects: tuple[str, ...]
    files: tuple[FilePatch, ...]
    rules: tuple[str, ...]
    owners: tuple[str, ...]

"""A monorepo and the results of its projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import batch_samples
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from codemod.batch.records import Result


@pytest.fixture(scope="session")
def mono(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository with several projects; tests leave it as it is."""
    return batch_samples.monorepo(tmp_path_factory.mktemp("mono"))


@pytest.fixture(scope="session")
def results(mono: Path) -> list[Result]:
    """Return the results of its projects, and one that failed."""
    return batch_samples.results(mono)

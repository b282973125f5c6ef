"""Options and fixtures for all tests; pytest puts this folder on ``sys.path``, so ``support`` can be imported."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from support import venvs

from codemod.demo.postgres import EmbeddedPostgres

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


# The same examples in every run; HYPOTHESIS_PROFILE=default looks for new ones.
settings.register_profile("repeatable", derandomize=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--regenerate-corpus",
        action="store_true",
        help="write after/, expected.diff and findings.json of the corpus cases anew, for review",
    )


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """Yield the throw-away PostgreSQL that all tests of this run share."""
    with EmbeddedPostgres() as server:
        yield server


@pytest.fixture(scope="session")
def interpreter() -> Callable[[str], Path]:
    """Return a function from a pytest-asyncio version to an interpreter that has it; it skips where there is none."""

    def find(plugin: str) -> Path:
        try:
            return venvs.interpreter(plugin)
        except venvs.VenvError as error:
            if os.environ.get(venvs.REQUIRED):
                raise
            return pytest.skip(f"no pytest-asyncio {plugin} here: {error}")

    return find

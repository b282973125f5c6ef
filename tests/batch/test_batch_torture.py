"""A batch that is killed or interrupted at random points and resumed gives the bytes of one that nobody stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from support import benchmarks

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow


def test_every_byte_is_that_of_an_undisturbed_run(tmp_path: Path) -> None:
    made = benchmarks.load("monorepo").write(tmp_path / "made", 40)
    verdicts = benchmarks.load("torture").compare(made.folder, tmp_path / "runs", kills=3)
    assert set(verdicts) == {"SIGKILL", "Ctrl-C"}
    for verdict in verdicts.values():
        assert verdict.wrong == []
        assert verdict.hits
        assert verdict.files > 20

"""What the rules about configuration cure, under the real pytest: without them it does not start, with them it does."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest
from support.corpus import CORPUS, read_tree

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        version("pytest-asyncio") != "1.5.0" or pytest.version_tuple < (9, 2), reason="written for 1.5.0 and pytest 9.2"
    ),
]

STOPPED = [
    ("LM101-wrong-option-value/fixture-misread", "'fixture' is not a valid asyncio_default_fixture_loop_scope"),
    ("LM101-wrong-option-value/quoted-in-ini", "'\"session\"' is not a valid asyncio_default_fixture_loop_scope"),
    ("LM101-wrong-option-value/empty-value", "'' is not a valid asyncio_default_fixture_loop_scope"),
    ("LM101-wrong-option-value/removal-would-be-fatal", "'fixture' is not a valid"),
    ("LM102-mode-removed/legacy", "'legacy' is not a valid asyncio_mode"),
    ("LM103-stale-warning-filter/whole-option", "MultipleEventLoopsRequestedError"),
    ("LM104-unset-scope-is-fatal/function", 'The configuration option "asyncio_default_fixture_loop_scope" is unset'),
    ("LM104-unset-scope-is-fatal/wide-fixture", '"asyncio_default_fixture_loop_scope" is unset'),
    ("LM105-second-pytest-table/beside-ini-options", "Cannot use both [tool.pytest]"),
]
STARTED = [
    "LM101-wrong-option-value/no-change-valid",
    "LM102-mode-removed/no-change-unset",
    "LM103-stale-warning-filter/no-change-still-emitted",
    "LM103-stale-warning-filter/no-change-python",
    "LM104-unset-scope-is-fatal/no-change-let-through",
    "LM104-unset-scope-is-fatal/no-change-other-class",
    "LM105-second-pytest-table/no-change-one-table",
]


def run(state: Path, folder: Path) -> tuple[int, str]:
    for name, file in read_tree(state).items():
        (folder / name).write_bytes(file.data)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(("case", "reason"), STOPPED)
def test_pytest_starts_only_afterwards(tmp_path: Path, case: str, reason: str) -> None:
    code, log = run(CORPUS / case / "before", tmp_path)
    assert code not in (0, 1), log
    assert reason in log
    code, log = run(CORPUS / case / "after", tmp_path)
    assert code == 0, log


@pytest.mark.parametrize("case", STARTED)
def test_pytest_starts_where_nothing_is_changed(tmp_path: Path, case: str) -> None:
    code, log = run(CORPUS / case / "before", tmp_path)
    assert code == 0, log

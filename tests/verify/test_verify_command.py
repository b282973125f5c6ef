"""Which arguments pytest gets: the repository's own where there is one way, else what its commands agree on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from codemod.project.settings import Settings
from codemod.reading import discover_project, silent
from codemod.verify.command import TestCommand, own_command

if TYPE_CHECKING:
    from pathlib import Path


def command(root: Path, *makefile: str, tox: str = "", files: tuple[str, ...] = ("tests/test_a.py",)) -> TestCommand:
    """Return the command of a project whose Makefile has these commands."""
    for name in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text("async def test_a(): ...\n")
    (root / "pytest.ini").write_text("[pytest]\n")
    if makefile:
        (root / "Makefile").write_text("".join(f"t{n}:\n\t{line}\n" for n, line in enumerate(makefile)))
    if tox:
        (root / "tox.ini").write_text(f"[testenv]\ncommands = {tox}\n")
    return own_command(discover_project(root, Settings(), silent).runs)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("pytest", ()),
        ("python -m pytest tests", ("tests",)),
        ("uv run pytest -n auto tests", ("-n", "auto", "tests")),
        ("poetry run pytest -m 'not slow' --asyncio-mode=auto", ("-m", "not slow", "--asyncio-mode=auto")),
        ("pytest -xvs tests", ("-s", "tests")),
        ("pytest -vv -rA --tb=short --maxfail=1 --durations 10 tests", ("tests",)),
        ("pytest --cov=package --cov-report=xml --cov-report term tests", ("tests",)),
        ("pytest --cov package tests", ("tests",)),
        ("pytest --junitxml=out.xml --html report.html -p no:randomly", ("-p", "no:randomly")),
        ("pytest -k 'a or b' --ignore=tests/e2e", ("-k", "a or b", "--ignore=tests/e2e")),
        ("pytest tests $(ARGS)", ("tests",)),
        ("pytest -o asyncio_mode=auto tests", ("-o", "asyncio_mode=auto", "tests")),
    ],
)
def test_the_only_command_is_the_project_s(tmp_path: Path, line: str, expected: tuple[str, ...]) -> None:
    assert command(tmp_path, line) == TestCommand(expected, "", "Makefile:2")


def test_commands_that_differ_in_their_reports_only_are_one(tmp_path: Path) -> None:
    found = command(tmp_path, "pytest -x tests", tox="pytest --cov=package tests {posargs}")
    assert found.arguments == ("tests",)


def test_a_command_in_a_folder_starts_there(tmp_path: Path) -> None:
    assert command(tmp_path, "cd tests && pytest -m fast") == TestCommand(("-m", "fast"), "tests", "Makefile:2")


@pytest.mark.parametrize(
    "lines",
    [
        (),
        ("pytest tests", "pytest -m slow tests"),
        ("pytest tests/$(PART)",),
        ("pytest tests --maxfail",),
        ("docker run image pytest tests",),
        ("pytest other",),
    ],
)
def test_without_one_known_command_the_configuration_decides(tmp_path: Path, lines: tuple[str, ...]) -> None:
    assert command(tmp_path, *lines, files=("tests/test_a.py", "other/pytest.ini")) == TestCommand()


def test_what_several_commands_agree_on_is_kept(tmp_path: Path) -> None:
    found = command(tmp_path, "pytest --asyncio-mode=auto tests", "pytest --asyncio-mode=auto -m slow tests")
    assert found == TestCommand(("--asyncio-mode=auto",), None, "the options that all commands in Makefile agree on")


def test_paths_of_agreed_options_hold_in_a_copy(tmp_path: Path) -> None:
    (tmp_path / "ci.ini").write_text("[pytest]\nasyncio_mode = auto\n")
    found = command(tmp_path, "pytest -c ci.ini tests", "pytest -c ci.ini -m slow tests")
    assert found.arguments == ("-c", "ci.ini")


def test_commands_that_disagree_about_loops_decide_nothing(tmp_path: Path) -> None:
    assert command(tmp_path, "pytest --asyncio-mode=auto", "pytest --asyncio-mode=strict") == TestCommand()

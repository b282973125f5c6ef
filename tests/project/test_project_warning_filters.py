"""Warning filters: where they stand, and what they do with a warning, against pytest's and Python's own reading."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from project_tree import write_tree
from pytest_real import is_error

from codemod.project.pytest_config import resolve
from codemod.project.warning_filters import (
    UNSET_SCOPE,
    Emitted,
    FilterEntry,
    action_for,
    parse_filter,
    unset_scope_is_fatal,
)

if TYPE_CHECKING:
    from pathlib import Path

MODULE = "pytest_asyncio.plugin"


def entries(*texts: str, literal: bool = False) -> list[FilterEntry]:
    return [FilterEntry(text, "pytest.ini:1", literal=literal) for text in texts]


def config(folder: Path, filters: str, more: str = ""):
    lines = "".join(f"    {line}\n" for line in filters.splitlines())
    return resolve(write_tree(folder, {"pytest.ini": f"[pytest]\nfilterwarnings =\n{lines}{more}"}))


# --- where they stand --------------------------------------------------------------------------------------------

PLACES = [
    ("pytest.ini", "[pytest]\nfilterwarnings =\n    error\n\n    # error\n    ignore:x\n", [3, 6]),
    ("pytest.ini", "[pytest]\r\nfilterwarnings = error\r\n  ignore:x\r\n", [2, 3]),
    ("setup.cfg", "[tool:pytest]\nx = 1\nfilterwarnings: error\n", [3]),
    ("pyproject.toml", "[tool.pytest.ini_options]\nfilterwarnings = ['error', 'ignore:x']\n", [2, 2]),
    ("pyproject.toml", "[tool.pytest.ini_options]\nfilterwarnings = [\n  'error::E',\n  'error',\n]\n", [3, 4]),
    ("pyproject.toml", '[tool.pytest.ini_options]\nfilterwarnings = """\nerror\nignore:x\n"""\n', [3, 4]),
    ("pyproject.toml", '[tool.pytest.ini_options]\nfilterwarnings = [\n  "error",\n  "ignore:\\"x\\"",\n]\n', [3, 4]),
    ("pyproject.toml", '[tool.pytest.ini_options]\nfilterwarnings = [\n  "error",\n  "ignore:\\u0061",\n]\n', [3, 2]),
    ("pyproject.toml", "[tool.pytest]\nfilterwarnings = [\n  'error',\n]\n", [3]),
]


@pytest.mark.parametrize(("name", "content", "lines"), PLACES)
def test_entries_of_the_file_know_their_line(tmp_path: Path, name: str, content: str, lines: list[int]) -> None:
    found = resolve(write_tree(tmp_path, {name: content}))
    assert [entry.line for entry in found.filters] == lines
    assert [entry.origin for entry in found.filters] == [f"{name}:{line}" for line in lines]
    assert [entry.text for entry in found.filters] == list(found.lists["filterwarnings"])
    assert all(entry.editable and not entry.literal for entry in found.filters)


def test_entries_of_flags_come_last_and_cannot_be_edited(tmp_path: Path) -> None:
    found = resolve(
        write_tree(tmp_path, {"tox.ini": "[pytest]\naddopts = -W error -Wignore:x\nfilterwarnings = default\n"}),
        args=["--pythonwarnings=once"],
    )
    assert [(entry.text, entry.origin, entry.editable, entry.literal) for entry in found.filters] == [
        ("default", "tox.ini:3", True, False),
        ("error", "addopts (tox.ini:2)", False, True),
        ("ignore:x", "addopts (tox.ini:2)", False, True),
        ("once", "command line", False, True),
    ]


def test_an_override_replaces_the_entries_of_the_file(tmp_path: Path) -> None:
    content = "[pytest]\naddopts = -o filterwarnings=error\nfilterwarnings = ignore\n"
    found = resolve(write_tree(tmp_path, {"pytest.ini": content}))
    assert found.filters == (FilterEntry("error", "addopts (pytest.ini:2)"),)


@pytest.mark.parametrize("content", ["", "[pytest]\n", "[pytest]\nfilterwarnings =\n"])
def test_no_entries(tmp_path: Path, content: str) -> None:
    assert resolve(write_tree(tmp_path, {"pytest.ini": content})).filters == ()


# --- the warning about the unset scope ---------------------------------------------------------------------------

FATAL = [
    "error",
    "e",
    "error::Warning",
    "error::DeprecationWarning",
    "error::UserWarning",
    "error::builtins.DeprecationWarning",
    "error::pytest.PytestDeprecationWarning",
    "error::pytest.PytestWarning",
    "error::_pytest.warning_types.PytestDeprecationWarning",
    "error:the configuration option",
    'error:.*"asyncio_default_fixture_loop_scope" is unset',
    "error:::pytest_asyncio",
    "error::::0",
    "ignore\nerror",
    "error\nignore:configuration option",
    "error\nignore::ResourceWarning",
    "error\nignore::pytest.PytestCollectionWarning",
    "error\nignore::some.library.Warning",
    "error\nignore:::pytest_asyncio.plugin.x",
    "error\nignore::::7",
    "error\nignore:.*unset.*scope",  # a dot is no newline
]
NOT_FATAL = [
    "",
    "ignore",
    "default",
    "once",
    "error\nignore",
    "error\nignore::DeprecationWarning",
    "error\nignore::pytest.PytestDeprecationWarning",
    "error\nignore:The configuration option",
    "error\nIGNORE\ndefault:.*asyncio_default_fixture_loop_scope",
    "error\ndefault",
    "error\nall",
    "error::ResourceWarning",
    "error::PytestDeprecationWarning",
    "error::pytest.PytestCollectionWarning",
    "error::FutureWarning",
    "error:configuration option",
    "error:(",
    "errors",
    "a:b:c:d:e:f",
    "error:::asyncio",
    "error::::7",
]


@pytest.mark.parametrize("filters", FATAL)
def test_unset_scope_is_fatal(tmp_path: Path, filters: str) -> None:
    assert unset_scope_is_fatal(config(tmp_path, filters))


@pytest.mark.parametrize("filters", NOT_FATAL)
def test_unset_scope_is_not_fatal(tmp_path: Path, filters: str) -> None:
    assert not unset_scope_is_fatal(config(tmp_path, filters))


@pytest.mark.parametrize(
    ("filters", "more", "fatal"),
    [
        ("ignore", "addopts = -W error\n", True),
        ("ignore", 'addopts = -W "error:The configuration option"\n', True),
        ("error", "addopts = -W ignore\n", False),
        ("error", "addopts = -W 'ignore:The configuration.option'\n", True),
        ("error", "addopts = -W 'ignore:::pytest_asyncio'\n", True),
        ("error", "addopts = -W 'ignore:::pytest_asyncio.plugin'\n", False),
        ("error", "addopts = -p no:warnings\n", False),
        ("error", "addopts = -p no:warnings -p warnings\n", True),
        ("error", "addopts = -p no:asyncio\n", False),
        ("error", "asyncio_default_fixture_loop_scope = function\n", False),
        ("error", "asyncio_default_fixture_loop_scope =\n", True),
        ("error", "asyncio_default_test_loop_scope = function\n", True),
        ("error", "addopts = -o asyncio_default_fixture_loop_scope=function\n", False),
    ],
)
def test_flags_and_options_count(tmp_path: Path, filters: str, more: str, fatal: bool) -> None:
    assert unset_scope_is_fatal(config(tmp_path, filters, more)) is fatal


def test_a_filter_may_know_only_one_wording(tmp_path: Path) -> None:
    found = config(tmp_path, 'error\nignore:.*is unset.\\nThe event.*the "fixture" caching scope')
    old, new = (f"{UNSET_SCOPE}The event loop … to the {each} caching scope." for each in ("fixture", '"fixture"'))
    assert unset_scope_is_fatal(found, old)
    assert not unset_scope_is_fatal(found, new)


# --- against pytest and Python -----------------------------------------------------------------------------------

ACTIONS = ["error", "ignore", "default", "e", "i", "all", "", "once"]
MESSAGES = [
    "",
    "The configuration",
    "the CONFIG.*unset",
    "configuration",
    ".*unset.$",
    "The configuration option .asyn",
]
CATEGORIES = [
    "",
    "Warning",
    "DeprecationWarning",
    "UserWarning",
    "RuntimeWarning",
    "FutureWarning",
    "builtins.Warning",
    "pytest.PytestDeprecationWarning",
    "pytest.PytestWarning",
    "pytest.PytestCollectionWarning",
    "_pytest.warning_types.PytestDeprecationWarning",
]
MODULES = ["", "pytest_asyncio", "pytest_asyncio.plugin", "asyncio", ".*plugin$"]
LINES = ["", "0", "7"]
filters = st.tuples(*map(st.sampled_from, (ACTIONS, MESSAGES, CATEGORIES, MODULES, LINES))).map(":".join)


@given(st.lists(filters, max_size=4), st.lists(filters, max_size=2))
def test_filters_are_those_of_pytest(of_file: list[str], of_flags: list[str]) -> None:
    mine = [*entries(*of_file), *entries(*of_flags, literal=True)]
    found = action_for(mine, Emitted(UNSET_SCOPE, "PytestDeprecationWarning")) == "error"
    assert found is is_error(of_file, of_flags, pytest.PytestDeprecationWarning(UNSET_SCOPE), MODULE)


@pytest.mark.parametrize("text", ["errors", "a:b:c:d:e:f", "error:(", "error:::["])
def test_what_pytest_refuses_is_no_filter(text: str) -> None:
    assert parse_filter(FilterEntry(text, "x")) is None
    with pytest.raises(pytest.UsageError):
        is_error([text], [], UserWarning(), MODULE)

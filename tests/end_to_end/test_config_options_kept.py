"""Edited configuration under the real pytest: the options in force are the old ones, with what a rule says changed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

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

Options = dict[str, Any]

# Runs before pytest-asyncio looks at its options, so that it also sees those it would refuse.
PLUGIN = """
import json
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    found = {name: repr(config.getini(name)) for name in sorted(config._parser._inidict)}
    found["inifile"] = str(config.inipath)
    found["written"] = sorted(config._inicfg)
    with open(OUTPUT, "w", encoding="utf-8") as stream:
        json.dump(found, stream)
"""

FIXTURES, TESTS = "asyncio_default_fixture_loop_scope", "asyncio_default_test_loop_scope"
LOOPS = {FIXTURES: "'function'", TESTS: "'function'"}
FILTERS = "filterwarnings"
OURS = "ignore:.*pkg_resources.*:DeprecationWarning"

# Each case with the options that change, as pytest shows them.
EDITED = [
    ("LM101-wrong-option-value/ini-bom-crlf-colon-tabs", {FIXTURES: "'fixture-scope'"}),
    ("LM101-wrong-option-value/ini-comment-behind-value", {FIXTURES: "'session'", TESTS: "'session'"}),
    ("LM101-wrong-option-value/ini-last-line-without-newline", {FIXTURES: "None", TESTS: "'module'"}),
    ("LM101-wrong-option-value/ini-removal-between-continuation-lines", {FIXTURES: "None"}),
    ("LM101-wrong-option-value/ini-value-on-the-next-line", {FIXTURES: "'fixture-scope'"}),
    ("LM101-wrong-option-value/native-table", {FIXTURES: "'fixture-scope'"}),
    ("LM101-wrong-option-value/pytest-toml", {FIXTURES: "'fixture-scope'"}),
    ("LM101-wrong-option-value/toml-dotted-keys", {FIXTURES: "'fixture-scope'"}),
    ("LM101-wrong-option-value/toml-inline-table", {TESTS: "'function'"}),
    ("LM102-mode-removed/legacy-behind-a-colon", {"asyncio_mode": "'strict'"}),
    ("LM102-mode-removed/legacy-in-dot-pytest-toml", {"asyncio_mode": "'strict'"}),
    ("LM103-stale-warning-filter/ini-beside-the-key", {FILTERS: repr(["error", OURS])}),
    ("LM103-stale-warning-filter/ini-last-entry-crlf", {FILTERS: repr(["error"])}),
    ("LM103-stale-warning-filter/pytest-toml-crlf", {FILTERS: repr(["error", OURS])}),
    ("LM103-stale-warning-filter/toml-inline-table", {FILTERS: "[]"}),
    ("LM103-stale-warning-filter/toml-multi-line-string", {FILTERS: repr(["error", OURS])}),
    ("LM104-unset-scope-is-fatal/ini-format-strings", {FIXTURES: "'function'"}),
    ("LM104-unset-scope-is-fatal/native-array-of-several-lines", {FIXTURES: "'function'"}),
    ("LM104-unset-scope-is-fatal/with-stale-filter-in-one-list", {FIXTURES: "'function'", FILTERS: repr(["error"])}),
    ("LM400-loops-of-old-version/place-dot-pytest-ini", LOOPS),
    ("LM400-loops-of-old-version/place-dot-pytest-toml", LOOPS),
    ("LM400-loops-of-old-version/place-dotted-keys", LOOPS),
    ("LM400-loops-of-old-version/place-empty-pytest-toml", LOOPS),
    ("LM400-loops-of-old-version/place-empty-section-at-the-end", LOOPS),
    ("LM400-loops-of-old-version/place-first-of-several-files", LOOPS),
    ("LM400-loops-of-old-version/place-inline-table", LOOPS),
    ("LM400-loops-of-old-version/place-pyproject-no-final-newline", LOOPS),
    ("LM400-loops-of-old-version/place-setup-cfg-in-the-middle", LOOPS),
    (
        "LM401-event-loop-override/set-debug-native-table",
        {FIXTURES: "'session'", TESTS: "'session'", "asyncio_debug": "True"},
    ),
]
# Cases in which pytest has no options to show before, with the file it takes afterwards and what that says.
NEW = [
    ("LM400-loops-of-old-version/place-setup-py-only", "pytest.ini", LOOPS),
    ("LM400-loops-of-old-version/place-tox-without-section", "pytest.ini", LOOPS),
    ("LM400-loops-of-old-version/place-beside-unread-native-table", "pytest.ini", LOOPS),
    ("LM105-second-pytest-table/comments-and-crlf-around", "pyproject.toml", {"asyncio_mode": "'strict'"}),
    ("LM105-second-pytest-table/dotted-keys", "pyproject.toml", {"asyncio_mode": "'strict'"}),
    (
        "LM105-second-pytest-table/inline-beside-keys",
        "pyproject.toml",
        {"asyncio_mode": "'strict'", FIXTURES: "'function'"},
    ),
]
# Cases that are left alone because the option is there already, or nothing reads it.
KEPT = [
    ("LM101-wrong-option-value/no-change-capitals-in-key", {FIXTURES: "None"}),
    ("LM101-wrong-option-value/no-change-commented-out", {FIXTURES: "None", TESTS: "'function'"}),
    ("LM101-wrong-option-value/no-change-other-file-wins", {FIXTURES: "None", TESTS: "'function'"}),
    ("LM101-wrong-option-value/no-change-other-section", {FIXTURES: "None"}),
    ("LM101-wrong-option-value/no-change-valid-in-odd-layouts", {FIXTURES: "'fixture-scope'", TESTS: "'module'"}),
    ("LM101-wrong-option-value/no-change-valid-in-pytest-toml", {FIXTURES: "'fixture-scope'", TESTS: "'module'"}),
    ("LM102-mode-removed/no-change-mode-in-a-string", {"asyncio_mode": "'strict'"}),
    ("LM102-mode-removed/no-change-native-strict", {"asyncio_mode": "'strict'"}),
    ("LM103-stale-warning-filter/no-change-filter-in-unread-file", {FILTERS: "[]"}),
    ("LM104-unset-scope-is-fatal/no-change-set-in-odd-layouts", {FIXTURES: "'function'"}),
    ("LM104-unset-scope-is-fatal/no-change-filter-in-another-file", {FILTERS: "[]"}),
    ("LM400-loops-of-old-version/no-change-place-continuation-lines", LOOPS),
    ("LM400-loops-of-old-version/no-change-place-dot-pytest-ini", LOOPS),
    ("LM400-loops-of-old-version/no-change-place-dot-pytest-toml", LOOPS),
    ("LM400-loops-of-old-version/no-change-place-pytest-toml", LOOPS),
]


def collect(state: Path, folder: Path) -> tuple[int, Options, str]:
    """Run ``pytest --collect-only`` on a state of a case in ``folder/project``; return what it saw and said."""
    project, output = folder / "project", folder / "options.json"
    project.mkdir(exist_ok=True)
    for old in project.iterdir():
        old.unlink()
    output.unlink(missing_ok=True)
    for name, file in read_tree(state).items():
        (project / name).write_bytes(file.data)
    (folder / "show_options.py").write_text(PLUGIN.replace("OUTPUT", repr(str(output))), encoding="utf-8")
    plugins = ("-p", "asyncio", "-p", "show_options", "-p", "no:cacheprovider")
    command = [sys.executable, "-B", "-m", "pytest", *plugins, "--collect-only"]
    variables = {**os.environ, "PYTHONPATH": str(folder), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(command, cwd=project, env=variables, capture_output=True, text=True, check=False)
    options = json.loads(output.read_text(encoding="utf-8")) if output.exists() else {}
    return done.returncode, options, done.stdout + done.stderr


@pytest.mark.parametrize(("case", "changed"), EDITED, ids=[case for case, _ in EDITED])
def test_only_the_named_options_change(tmp_path: Path, case: str, changed: Options) -> None:
    _, before, log = collect(CORPUS / case / "before", tmp_path)
    assert before, log
    code, after, log = collect(CORPUS / case / "after", tmp_path)
    assert code == 0, log
    assert {name: after[name] for name in changed} == changed
    # An option may be written down with its default.
    written = {*before.pop("written")} ^ {*after.pop("written")}
    assert written | {name for name in before if before[name] != after[name]} == changed.keys()


@pytest.mark.parametrize(("case", "inifile", "options"), NEW, ids=[case for case, *_ in NEW])
def test_configuration_that_pytest_now_takes(tmp_path: Path, case: str, inifile: str, options: Options) -> None:
    code, after, log = collect(CORPUS / case / "after", tmp_path)
    assert code == 0, log
    assert after["inifile"] == str(tmp_path / "project" / inifile)
    assert after["written"] == sorted(options)
    assert {name: after[name] for name in options} == options


@pytest.mark.parametrize(("case", "options"), KEPT, ids=[case for case, _ in KEPT])
def test_what_is_left_alone_says_this(tmp_path: Path, case: str, options: Options) -> None:
    assert not (CORPUS / case / "after").exists()
    code, found, log = collect(CORPUS / case / "before", tmp_path)
    assert code == 0, log
    assert {name: found[name] for name in options} == options

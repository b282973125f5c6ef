"""The re-stated rules of pytest against pytest itself, on random trees and on a table of options."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from project_tree import write_tree
from pytest_real import INSTALLED, Answer, determine_setup

from codemod.errors import ConfigError
from codemod.project.pytest_config import find_setup, resolve
from codemod.project.pytest_files import NEWEST
from codemod.project.pytest_options import OPTION_KINDS

VERSION = min(INSTALLED, NEWEST)
FOLDERS = ("", "a", "a/b")
INI = [
    b"",
    b"[pytest]\n",
    b"[pytest]\nasyncio_mode = auto\naddopts = -q\n  -x\n",
    b"[other]\nx = 1\n",
    b"[tool:pytest]\na = 1  # comment\n",
    b"[pytest]\nx = 1\nx = 2\n",
    b"[pytest]\r\na: 1\r\n",
    b"\xef\xbb\xbf[pytest]\na = %(x)s\n",
    b"no section\n",
    b"[pytest]\n\xff = 1\n",
]
TOML = [
    b"",
    b"[tool.pytest.ini_options]\n",
    b"[tool.pytest.ini_options]\nasyncio_mode = 'auto'\nx = ['a', 'b']\ny = true\n",
    b"[tool.pytest]\n",
    b"[tool.pytest]\nasyncio_mode = 'auto'\n",
    b"[tool.pytest]\na = 1\n[tool.pytest.ini_options]\nb = 1\n",
    b"[tool.pytest]\na = 1\n[tool.pytest.ini_options]\n",
    b"[tool]\npytest.ini_options.x = 1\n",
    b"[pytest]\nasyncio_mode = 'auto'\n",
    b"[pytest]\n[tool.pytest]\na = 1\n",
    b"[project]\nname = 'x'\n",
    b"a = 1\n",
    b"tool = 1\n",
    b"a = \n",
    b"[tool.x]\na = '\xff'\n",
]
CONTENTS = {
    "pytest.toml": TOML,
    ".pytest.toml": TOML,
    "pytest.ini": INI,
    ".pytest.ini": INI,
    "pyproject.toml": TOML,
    "tox.ini": INI,
    "setup.cfg": INI,
    "setup.py": [b""],
    "custom.toml": TOML,
    "custom.ini": INI,
    "custom.txt": [b""],
}


@st.composite
def trees(draw: st.DrawFn) -> dict[str, bytes | None]:
    """Draw files by path; None stands for a folder of that name."""
    names = draw(
        st.lists(st.tuples(st.sampled_from(FOLDERS), st.sampled_from(sorted(CONTENTS))), max_size=6, unique=True)
    )
    return {
        f"{folder}/{name}".lstrip("/"): draw(
            st.one_of(st.sampled_from(CONTENTS[name]), st.sampled_from([None, *CONTENTS[name]]))
        )
        for folder, name in names
    }


PATHS = st.lists(st.sampled_from([".", "a", "a/b", "a/b/test_x.py", "a/b/test_x.py::test_y", "missing"]), max_size=3)
INIFILES = st.sampled_from(
    [None, None, None, "custom.toml", "custom.ini", "custom.txt", "a/pyproject.toml", "a/missing.ini"]
)


def ours(invocation: Path, args: list[str], inifile: str | None, rootdir: str | None) -> Answer | None:
    paths = [(invocation / arg.split("::")[0]) for arg in args]
    try:
        found = find_setup(invocation, paths, inifile, rootdir, VERSION)
    except ConfigError:
        return None
    return found.rootdir, found.inifile, dict(found.section.values)


def build(root: Path, tree: dict[str, bytes | None]) -> None:
    write_tree(root, {"a/b/test_x.py": ""})
    write_tree(root, {name: content for name, content in tree.items() if content is not None})
    for name, content in tree.items():
        if content is None:
            (root / name).mkdir()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(trees(), st.sampled_from(FOLDERS), PATHS, INIFILES, st.sampled_from([None, None, "a", "nowhere"]))
def test_rootdir_and_inifile_are_those_of_pytest(
    tmp_path: Path,
    tree: dict[str, bytes | None],
    invocation: str,
    args: list[str],
    inifile: str | None,
    rootdir: str | None,
) -> None:
    with tempfile.TemporaryDirectory(dir=tmp_path) as folder:
        build(Path(folder), tree)
        here = Path(folder) / invocation
        assert ours(here, args, inifile, rootdir) == determine_setup(here, args, inifile, rootdir)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(trees(), st.sampled_from(FOLDERS))
def test_a_folder_given_as_its_own_argument(tmp_path: Path, tree: dict[str, bytes | None], folder: str) -> None:
    with tempfile.TemporaryDirectory(dir=tmp_path) as top:
        build(Path(top), tree)
        here = Path(top) / folder
        assert ours(here, [str(here)], None, None) == determine_setup(here, [str(here)], None, None)


PROBE = """
import json, os, sys
from _pytest.config import _prepareconfig
NAMES = json.loads(sys.argv[1])
answers = []
for folder, args in json.loads(sys.argv[2]):
    os.chdir(folder)
    try:
        config = _prepareconfig([*args, folder])
        loaded = any(map(config.pluginmanager.hasplugin, ("asyncio", "pytest_asyncio.plugin")))
        values = {name: config.getini(name) for name in NAMES if loaded or not name.startswith("asyncio")}
    except BaseException:
        answers.append(None)
        continue
    if loaded:
        values["asyncio_mode"] = config.getoption("asyncio_mode") or values["asyncio_mode"]
    values |= {"confcutdir": config.known_args_namespace.confcutdir, "loaded": loaded}
    answers.append([str(config.rootpath), str(config.inipath), values])
print(json.dumps(answers, default=str))
"""
OPTION_CASES: dict[str, tuple[dict[str, str | bytes], list[str]]] = {
    "nothing": ({"x.py": ""}, []),
    "ini": (
        {"pytest.ini": "[pytest]\nasyncio_mode = auto\ntestpaths = a 'b c'\nfilterwarnings =\n ignore:a\n ignore:b\n"},
        [],
    ),
    "comment in value": ({"pytest.ini": "[pytest]\nasyncio_default_fixture_loop_scope = session  # c\n"}, []),
    "flag beats ini": ({"pytest.ini": "[pytest]\nasyncio_mode = strict\naddopts = --asyncio-mode=auto\n"}, []),
    "line beats addopts": ({"pytest.ini": "[pytest]\naddopts = --asyncio-mode auto\n"}, ["--asyncio-mode=strict"]),
    "-o in addopts": ({"pytest.ini": "[pytest]\naddopts = -o asyncio_mode=auto -opython_files=x_*.py\n"}, []),
    "-o on the line wins": (
        {"pytest.ini": "[pytest]\naddopts = -o asyncio_mode=auto\n"},
        ["-o", "asyncio_mode=strict"],
    ),
    "flag beats -o": ({"pytest.ini": "[pytest]\naddopts = --asyncio-mode=auto\n"}, ["-o", "asyncio_mode=strict"]),
    "-o addopts": ({"pytest.ini": "[pytest]\naddopts = -q\n"}, ["-o", "addopts=--asyncio-mode=auto"]),
    "-c in addopts": ({"pytest.ini": "[pytest]\naddopts = -c o.ini\n", "o.ini": "[pytest]\nasyncio_mode = auto\n"}, []),
    "--rootdir in addopts": ({"pytest.ini": "[pytest]\naddopts = --rootdir=sub\n", "sub/x.py": ""}, []),
    "-c on the line": (
        {"pytest.ini": "[pytest]\n", "sub/o.cfg": "[tool:pytest]\nasyncio_mode = auto\n"},
        ["-c", "sub/o.cfg"],
    ),
    "no:asyncio": ({"pytest.ini": "[pytest]\naddopts = -p no:cacheprovider -p no:asyncio -o asyncio_mode=auto\n"}, []),
    "no:asyncio undone": ({"pytest.ini": "[pytest]\naddopts = -p no:asyncio\n"}, ["-p", "asyncio"]),
    "blocked after loading": ({"pytest.ini": "[pytest]\naddopts = -p asyncio -p no:asyncio\n"}, []),
    "blocked, module": ({"pytest.ini": "[pytest]\naddopts = -p no:asyncio -p pytest_asyncio.plugin\n"}, []),
    "package blocked": ({"pytest.ini": "[pytest]\naddopts = -p no:pytest_asyncio\n"}, []),
    "no autoload": ({"pytest.ini": "[pytest]\naddopts = --disable-plugin-autoload\n"}, []),
    "no autoload, named": (
        {"pytest.ini": "[pytest]\naddopts = --disable-plugin-autoload -p pytest_asyncio.plugin\n"},
        [],
    ),
    "confcutdir": ({"pytest.ini": "[pytest]\naddopts = --confcutdir=sub\n", "sub/x.py": ""}, []),
    "ini_options": (
        {"pyproject.toml": "[tool.pytest.ini_options]\nasyncio_debug = true\npython_files = ['a.py', 'b.py']\n"},
        [],
    ),
    "ini_options as text": ({"pyproject.toml": "[tool.pytest.ini_options]\naddopts = '--asyncio-mode auto'\n"}, []),
    "native": (
        {"pyproject.toml": "[tool.pytest]\nasyncio_mode = 'auto'\naddopts = ['-q']\nasyncio_debug = true\n"},
        [],
    ),
    "native wrong type": ({"pyproject.toml": "[tool.pytest]\ntestpaths = 'a'\n"}, []),
    "native wrong item": ({"pytest.toml": "[pytest]\ntestpaths = [1]\n"}, []),
    "native number": ({"pytest.toml": "[pytest]\nasyncio_default_fixture_loop_scope = 1\n"}, []),
    "open quote": ({"pytest.ini": "[pytest]\naddopts = -k 'x\n"}, []),
    "option without value": ({"pytest.ini": "[pytest]\naddopts = -p\n"}, []),
}


def real_options(root: Path) -> dict[str, object]:
    """Ask pytest once for all cases: starting it is slow."""
    asked = []
    for index, (files, args) in enumerate(OPTION_CASES.values()):
        asked.append((str(write_tree(root / str(index), files | {"marker.txt": ""})), args))
    command = [sys.executable, "-W", "ignore", "-c", PROBE, json.dumps(list(OPTION_KINDS)), json.dumps(asked)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)
    return dict(zip(OPTION_CASES, json.loads(done.stdout.splitlines()[-1]), strict=True))


@pytest.mark.skipif(VERSION != NEWEST, reason="the table is written for the newest pytest")
def test_options_are_those_of_pytest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD"):
        monkeypatch.delenv(name, raising=False)
    real = real_options(tmp_path)
    different = {}
    for index, (case, (_, args)) in enumerate(OPTION_CASES.items()):
        folder = tmp_path / str(index)
        found, expected = compared(our_options(folder, args), folder), compared(real[case], folder)
        if found != expected:
            different[case] = (found, expected)
    assert different == {}


def our_options(folder: Path, args: list[str]) -> object:
    try:
        config = resolve(folder, VERSION, args)
    except ConfigError:
        return None
    values: dict[str, object] = {name: option.value for name, option in config.options.items()}
    values |= {name: list(items) for name, items in config.lists.items()}
    values |= {"confcutdir": str(config.confcutdir), "loaded": config.asyncio_loaded}
    defaults = {"asyncio_mode": "strict", "asyncio_debug": "false", "asyncio_default_test_loop_scope": "function"}
    values |= {name: default for name, default in defaults.items() if values[name] is None}
    return [str(config.rootdir), str(config.inifile), values]


def compared(answer: object, folder: Path) -> object:
    """Bring an answer into one form: what an unloaded plugin would read is left out, paths are absolute."""
    if not isinstance(answer, list):
        return answer
    rootdir, inifile, values = answer
    values = {name: value for name, value in values.items() if values["loaded"] or not name.startswith("asyncio")}
    if values["loaded"]:
        values["asyncio_debug"] = str(values["asyncio_debug"]).lower()
    values["pythonpath"] = [str(folder / path) for path in values["pythonpath"]]
    values["confcutdir"] = str(folder / values["confcutdir"])
    return [rootdir, inifile, values]

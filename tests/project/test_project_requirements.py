from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING

import pytest
from packaging.specifiers import SpecifierSet
from project_tree import write_tree

from codemod.errors import ConfigError
from codemod.project.environments import concerns, is_one_of_several
from codemod.project.lock_files import read_locked
from codemod.project.mentions import mentions
from codemod.project.poetry_constraints import to_specifier
from codemod.project.requirements import (
    ChosenVersion,
    Pins,
    Requirements,
    choose_version,
    in_series,
    is_version,
    major_minor,
    reaches,
    reaches_to,
    read,
)

if TYPE_CHECKING:
    from pathlib import Path

UV_LOCK = 'version = 1\n\n[[package]]\nname = "pytest-asyncio"\nversion = "0.21.1"\n'
KNOWN = ["0.10.0", "0.20.3", "0.21.1", "0.21.2", "0.23.8", "0.26.0", "1.0.0", "1.2.0", "1.5.0"]

# name, content, and the expected (line, specifier as written, what it allows) of pytest-asyncio
DECLARED = [
    ("pyproject.toml", '[project]\ndependencies = [\n "x",\n "pytest-asyncio>=0.21",\n]\n', (4, ">=0.21", ">=0.21")),
    (
        "pyproject.toml",
        '[project.optional-dependencies]\ntest = ["Pytest_AsyncIO[x]~=0.21"]\n',
        (2, "~=0.21", "~=0.21"),
    ),
    (
        "pyproject.toml",
        "[dependency-groups]\na = [{include-group = 'b'}]\nb = ['pytest-asyncio==1.0']\n",
        (3, "==1.0", "==1.0"),
    ),
    ("pyproject.toml", '[tool.poetry.dependencies]\npytest-asyncio = "^0.21"\n', (2, "^0.21", ">=0.21,<0.22")),
    ("pyproject.toml", '[tool.poetry.dev-dependencies]\npytest-asyncio = "~1.2.3"\n', (2, "~1.2.3", ">=1.2.3,<1.3")),
    (
        "pyproject.toml",
        '[tool.poetry.group.test.dependencies]\npytest-asyncio = {version = "0.21.1", optional = true}\n',
        (2, "0.21.1", "==0.21.1"),
    ),
    ("pyproject.toml", '[tool.poetry.dependencies]\npytest-asyncio = {git = "https://x"}\n', (2, "*", "")),
    ("pyproject.toml", '[tool.pdm.dev-dependencies]\ntest = ["-e .", "pytest-asyncio<1"]\n', (2, "<1", "<1")),
    ("pyproject.toml", '[tool.uv]\ndev-dependencies = ["pytest-asyncio<1"]\n', (2, "<1", "<1")),
    (
        "pyproject.toml",
        '[tool.hatch.envs.test]\nextra-dependencies = ["pytest-asyncio!=0.23"]\n',
        (2, "!=0.23", "!=0.23"),
    ),
    ("hatch.toml", '[envs.test]\ndependencies = ["pytest-asyncio"]\n', (2, "", "")),
    ("Pipfile", '[dev-packages]\npytest-asyncio = "==0.21.1"\n', (2, "==0.21.1", "==0.21.1")),
    ("Pipfile", '[dev-packages]\npytest-asyncio = "*"\n', (2, "*", "")),
    (
        "requirements.txt",
        "pytest-asyncio==0.21.1 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n",
        (1, "==0.21.1", "==0.21.1"),
    ),
    ("requirements-dev.txt", "x\npytest-asyncio >= 0.21, < 1  # why\n", (2, ">= 0.21, < 1", ">=0.21,<1")),
    ("test-requirements.txt", "pytest-asyncio ; python_version > '3.8'\r\n", (1, "", "")),
    ("requirements/test.txt", "\ufeffpytest_asyncio===1.0\n", (1, "===1.0", "===1.0")),
    ("requirements.txt", "# a comment does not go on \\\npytest-asyncio\n", (2, "", "")),
    ("requirements.txt", "pytest-asyncio==1.0\n".encode("utf-16"), (1, "==1.0", "==1.0")),
    ("requirements.in", "pytest.asyncio<2", (1, "<2", "<2")),
    ("constraints.txt", "x==1\npytest-asyncio<0.22", (2, "<0.22", "<0.22")),
    ("requirements.txt", "pytest-asyncio @ git+https://host/x@v1\n", (1, "git+https://host/x@v1", "")),
    ("setup.cfg", "[options.extras_require]\ntest =\n  pytest\n  pytest-asyncio>=0.20\n", (4, ">=0.20", ">=0.20")),
    ("setup.cfg", "[options]\ntests_require = pytest; pytest-asyncio<1\n", (2, "<1", "<1")),
    (
        "setup.py",
        "from setuptools import setup\nT = ['pytest-asyncio<1']\nsetup(extras_require={'t': T})\n",
        (2, "<1", "<1"),
    ),
    (
        "setup.py",
        "import setuptools\nsetuptools.setup(install_requires=(\n 'pytest-asyncio>0.20',))\n",
        (3, ">0.20", ">0.20"),
    ),
    ("tox.ini", "[testenv:a]\ndeps =\n  py38,py39: pytest-asyncio<0.22\n  {[x]deps}\n", (3, "<0.22", "<0.22")),
    ("environment.yml", "dependencies:\n  - pytest-asyncio=0.21.1\n", (2, "=0.21.1", "==0.21.1.*")),
    (
        "environment-dev.yaml",
        "dependencies:\n  - conda-forge::pytest-asyncio >=0.20,<1\n",
        (2, ">=0.20,<1", ">=0.20,<1"),
    ),
    ("environment.yml", "dependencies:\n  - pip:\n    - 'pytest-asyncio==0.21.1'\n", (3, "==0.21.1", "==0.21.1")),
]
# name and content that say nothing about pytest-asyncio
SILENT = [
    ("pyproject.toml", '[project]\nname = "pytest-asyncio"\ndescription = "pytest-asyncio==1.0"\n'),
    ("pyproject.toml", '[build-system]\nrequires = ["pytest-asyncio==1.0"]\n'),
    ("pyproject.toml", '[project]\ndependencies = ["pytest-asyncio-cooperative==1.0"]\n'),
    ("pyproject.toml", "[project]\ndependencies = 3\n[tool.poetry]\ndependencies = 'pytest-asyncio'\n"),
    (
        "requirements.txt",
        "# pytest-asyncio==1.0\n--find-links pytest-asyncio\n-e ./pytest-asyncio\n-r https://host/r.txt\n",
    ),
    ("notes.txt", "pytest-asyncio==1.0\n"),
    ("other.yml", "- pytest-asyncio==1.0\n"),
    ("setup.cfg", "[metadata]\nname = pytest-asyncio\n"),
    ("tox.ini", "[testenv]\ncommands = pytest-asyncio\n"),
    ("setup.py", "setup(install_requires=read('pytest-asyncio'), **{'tests_require': ['pytest-asyncio']})\n"),
    ("setup.py", "other(install_requires=['pytest-asyncio'])\n"),
    ("Pipfile", '[source]\nname = "pytest-asyncio"\n'),
    ("environment.yml", "name: pytest-asyncio\n"),
]
BROKEN = [
    ("pyproject.toml", "[project]\nx = \n", "line 2: "),
    ("Pipfile", "[", "line 1: "),
    (
        "requirements.txt",
        "pytest-asyncio==not.a.version\n",
        "line 1: cannot read the requirement 'pytest-asyncio==not.a.version'",
    ),
    ("requirements.txt", b"x\xff", "cannot be decoded as utf-8"),
    ("requirements.txt", "x\n-r missing.txt\n", "line 2: includes missing.txt, which does not exist"),
    ("setup.cfg", "no section\n", "File contains no section headers"),
    ("setup.py", "setup(\n", "line 1: "),
    ("setup.py", "x = " + "(" * 5000, ""),
    ("Pipfile.lock", '{"develop": {"pytest-asyncio": ', "Expecting value"),
    ("Pipfile.lock", '{"pytest-asyncio":' + "[" * 100_000, "nested too deeply"),
    ("uv.lock", "pytest-asyncio", "line 1: "),
]
TOML_LOCK = '[[{key}]]\nname = "pytest"\nversion = "8.4.2"\n\n[[{key}]]\nname = "pytest-asyncio"\nversion = "0.23.8"\n'
LOCKED = [
    ("uv.lock", TOML_LOCK.format(key="package"), 6),
    ("poetry.lock", TOML_LOCK.format(key="package"), 6),
    ("pdm.lock", TOML_LOCK.format(key="package"), 6),
    ("pylock.toml", TOML_LOCK.format(key="packages"), 6),
    ("pylock.test.toml", TOML_LOCK.format(key="packages"), 6),
    ("Pipfile.lock", json.dumps({"develop": {"pytest-asyncio": {"version": "==0.23.8"}}}, indent=1), 3),
]


def plugin(root: Path, files: dict[str, str | bytes], folder: str = ".") -> Pins:
    return found(root, files, folder).plugin


def found(root: Path, files: dict[str, str | bytes], folder: str = ".") -> Requirements:
    return read(write_tree(root, files), root / folder)


def choose(root: Path, files: dict[str, str | bytes], folder: str = ".") -> ChosenVersion:
    return choose_version(plugin(root, files, folder), KNOWN, None)


@pytest.mark.parametrize(("name", "content", "expected"), DECLARED)
def test_declared(tmp_path: Path, name: str, content: str | bytes, expected: tuple[int, str, str]) -> None:
    result = found(tmp_path, {name: content})
    assert result.failures == ()
    (pin,) = result.plugin.specs
    assert (pin.path, pin.line, pin.specifier, pin.allowed) == (name, *expected[:2], SpecifierSet(expected[2]))


@pytest.mark.parametrize(("name", "content"), SILENT)
def test_silent(tmp_path: Path, name: str, content: str) -> None:
    result = found(tmp_path, {name: content})
    assert (result.plugin, result.failures) == (Pins(), ())


@pytest.mark.parametrize(("name", "content", "reason"), BROKEN)
def test_a_broken_file_is_named_and_the_rest_goes_on(
    tmp_path: Path, name: str, content: str | bytes, reason: str
) -> None:
    result = found(tmp_path, {name: content, "requirements-ok.txt": "pytest-asyncio==1.0\n"})
    assert [failure.path for failure in result.failures] == [name]
    assert reason in result.failures[0].reason
    assert [pin.path for pin in result.plugin.specs] == ["requirements-ok.txt"]


@pytest.mark.parametrize(("name", "content", "line"), LOCKED)
def test_locked(tmp_path: Path, name: str, content: str, line: int) -> None:
    locked = plugin(tmp_path, {name: content}).locked
    assert locked is not None
    assert (locked.version, locked.origin) == ("0.23.8", f"{name}:{line}")


@pytest.mark.parametrize(
    "content",
    [
        "",
        '[[package]]\nname = "pytest-asyncio-cooperative"\nversion = "1.0"\n',
        '[[package]]\nname = "pytest-asyncio"\nsource = {virtual = "."}\n',
        '[[package]]\nname = "pytest-asyncio"\nversion = "?"\n',
        'package = "pytest-asyncio"\n',
    ],
)
def test_not_locked(tmp_path: Path, content: str) -> None:
    result = found(tmp_path, {"uv.lock": content})
    assert (result.plugin.locked, result.failures) == (None, ())


def test_a_lock_with_several_versions_gives_the_newest(tmp_path: Path) -> None:
    entry = '[[package]]\nname = "pytest-asyncio"\nversion = "{}"\n'
    text = entry.format("0.9.0") + entry.format("0.24.0") + entry.format("0.21.2")
    locked = plugin(tmp_path, {"uv.lock": text}).locked
    assert locked is not None
    assert (locked.version, locked.origin) == ("0.24.0", "uv.lock:5")


def test_a_lock_without_the_name_is_not_parsed() -> None:
    assert read_locked("uv.lock", "this is no TOML", ["pytest-asyncio"]) == []


def test_other_distributions(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[project]\nrequires-python = ">=3.9"\ndependencies = ["pytest>=7,<9"]\n',
        "uv.lock": TOML_LOCK.format(key="package"),
    }
    result = found(tmp_path, files)
    assert [(pin.name, pin.line, pin.specifier) for pin in result.python.specs] == [("python", 2, ">=3.9")]
    assert [pin.allowed for pin in result.pytest.specs] == [SpecifierSet(">=7,<9")]
    assert result.pytest.locked is not None
    assert result.pytest.locked.version == "8.4.2"
    assert pickle.loads(pickle.dumps(result)) == result


@pytest.mark.parametrize(
    ("name", "content", "allowed"),
    [
        ("pyproject.toml", '[tool.poetry.dependencies]\npython = "^3.9"\n', ">=3.9,<4"),
        ("setup.cfg", "[options]\npython_requires = >=3.9\n", ">=3.9"),
        ("setup.py", "from setuptools import setup\nsetup(python_requires='>=3.9')\n", ">=3.9"),
        ("Pipfile", '[requires]\npython_version = "3.9"\n', "==3.9.*"),
        ("environment.yml", "dependencies:\n- python=3.9\n", "==3.9.*"),
    ],
)
def test_wanted_python(tmp_path: Path, name: str, content: str, allowed: str) -> None:
    assert [pin.allowed for pin in found(tmp_path, {name: content}).python.specs] == [SpecifierSet(allowed)]


def test_includes_are_followed_once(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "requirements.txt": "-r deps/base.txt\n-c constraints.txt\n",
        "deps/base.txt": "--requirement=../requirements.txt\n-rmore.txt\n",
        "deps/more.txt": "pytest-asyncio\n",
        "constraints.txt": "pytest-asyncio==0.21.1\n",
    }
    result = found(tmp_path, files)
    assert result.failures == ()
    assert [(pin.path, pin.line) for pin in result.plugin.specs] == [("constraints.txt", 1), ("deps/more.txt", 1)]


def test_an_include_outside_the_root_is_not_read(tmp_path: Path) -> None:
    write_tree(tmp_path, {"secret.txt": "pytest-asyncio==1.0"})
    result = found(tmp_path / "root", {"requirements.txt": "-r ../secret.txt\n"})
    assert result.plugin == Pins()
    assert len(result.failures) == 1


def test_links_are_not_read(tmp_path: Path) -> None:
    write_tree(tmp_path, {"out/r.txt": "pytest-asyncio==1.0", "root/x": ""})
    (tmp_path / "root" / "requirements.txt").symlink_to(tmp_path / "out" / "r.txt")
    assert found(tmp_path / "root", {}).plugin == Pins()


@pytest.mark.parametrize("target", ["{envname}.txt", "{toxinidir}/{envname}.txt", "${DEPS}"])
def test_an_include_with_a_substitution_is_passed_over(tmp_path: Path, target: str) -> None:
    assert found(tmp_path, {"tox.ini": f"[testenv]\ndeps = -r{target}\n"}).failures == ()


def test_tox_includes_relative_to_its_folder(tmp_path: Path) -> None:
    files = {"tox.ini": "[testenv]\ndeps = -r{toxinidir}/deps/t.txt\n", "deps/t.txt": "pytest-asyncio<1\n"}
    assert [pin.path for pin in plugin(tmp_path, files).specs] == ["deps/t.txt"]


def test_levels_count_from_the_folder_and_stop_at_the_root(tmp_path: Path) -> None:
    write_tree(tmp_path, {"requirements.txt": "pytest-asyncio==0.10.0"})
    files = {
        "a/requirements.txt": "pytest-asyncio<1",
        "requirements.txt": "pytest-asyncio<2",
        "b/requirements.txt": "pytest-asyncio<3",
    }
    specs = plugin(tmp_path / "root", files, "a").specs
    assert [(pin.path, pin.level) for pin in specs] == [("requirements.txt", 0), ("../requirements.txt", 1)]
    assert [pin.level for pin in plugin(tmp_path / "root", {}, "..").specs] == [0]


# --- choosing ------------------------------------------------------------------------------------------------------


def test_override_wins() -> None:
    assert choose_version(Pins(), KNOWN, "0.17.2") == ChosenVersion("0.17.2", "given", ("0.17.2",))


@pytest.mark.parametrize("override", ["latest", "", ">=1", "1.x"])
def test_override_must_be_a_version(override: str) -> None:
    with pytest.raises(ConfigError):
        choose_version(Pins(), KNOWN, override)


def test_lock_wins_over_declarations(tmp_path: Path) -> None:
    files = {"uv.lock": TOML_LOCK.format(key="package"), "requirements.txt": "pytest-asyncio==0.21.1\n"}
    assert choose(tmp_path, files) == ChosenVersion("0.23.8", "uv.lock:6", ("0.23.8",))


@pytest.mark.parametrize(("pin", "version"), [("==1.4.0", "1.4.0"), (">=0.21", "0.23.8"), (">=1", "1.5.0")])
def test_a_lock_that_its_own_file_forbids_is_out_of_date(tmp_path: Path, pin: str, version: str) -> None:
    project = f'[dependency-groups]\ntest = ["pytest-asyncio{pin}"]\n'
    files = {"uv.lock": TOML_LOCK.format(key="package"), "pyproject.toml": project}
    assert choose(tmp_path, files).version == version


@pytest.mark.parametrize(
    ("pin", "oldest"),
    [
        (">=0.20,!=0.23.8", "0.26.0"),  # 0.23.8 is locked: what is older is left behind
        ("<0.23.8", "0.10.0"),  # the way back was taken
    ],
)
def test_what_is_older_than_a_lock_out_of_date_is_not_meant(tmp_path: Path, pin: str, oldest: str) -> None:
    project = f'[dependency-groups]\ntest = ["pytest-asyncio{pin}"]\n'
    files: dict[str, str | bytes] = {"uv.lock": TOML_LOCK.format(key="package"), "pyproject.toml": project}
    assert choose(tmp_path, files).candidates[0] == oldest


def test_a_lock_out_of_date_says_what_another_folder_left_behind(tmp_path: Path) -> None:
    project = '[dependency-groups]\ntest = ["pytest-asyncio>=1.5"]\n'
    lock = TOML_LOCK.format(key="package").replace("0.23.8", "1.2.0")
    files = {"uv.lock": lock, "pyproject.toml": project, "svc/requirements.txt": "pytest-asyncio>=0.25\n"}
    assert choose(tmp_path, files, "svc").candidates == ("1.2.0", "1.5.0")


def test_the_nearest_lock_wins(tmp_path: Path) -> None:
    far, near = TOML_LOCK.format(key="package"), TOML_LOCK.format(key="package").replace("0.23.8", "0.21.2")
    files: dict[str, str | bytes] = {"uv.lock": far, "svc/uv.lock": near}
    assert choose(tmp_path, files, "svc") == ChosenVersion("0.21.2", "uv.lock:6", ("0.21.2",))


def test_a_far_lock_that_a_near_range_forbids_is_anothers(tmp_path: Path) -> None:
    files = {"uv.lock": TOML_LOCK.format(key="package"), "svc/requirements.txt": "pytest-asyncio==0.21.1\n"}
    assert choose(tmp_path, files, "svc").version == "0.21.1"
    assert choose(tmp_path, {"svc/requirements.txt": "pytest-asyncio<1\n"}, "svc").version == "0.23.8"


def test_exact_pin_wins_over_ranges(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[project]\ndependencies = ["pytest-asyncio>=0.20"]\n',
        "requirements.txt": "pytest-asyncio==0.21.1\n",
    }
    assert choose(tmp_path, files) == ChosenVersion("0.21.1", "requirements.txt:1", ("0.21.1",))


def test_a_far_exact_pin_counts_unless_forbidden(tmp_path: Path) -> None:
    files = {"requirements.txt": "pytest-asyncio==0.21.1\n", "svc/requirements.txt": "pytest-asyncio<1\n"}
    assert choose(tmp_path, files, "svc").version == "0.21.1"
    assert choose(tmp_path, {"svc/requirements.txt": "pytest-asyncio>=1\n"}, "svc").version == "1.5.0"


def test_exact_pins_by_marker_give_the_newest_and_all(tmp_path: Path) -> None:
    text = "pytest-asyncio==0.21.2; python_version<'3.9'\npytest-asyncio==0.23.8; python_version>='3.9'\n"
    assert choose(tmp_path, {"requirements.txt": text}) == ChosenVersion(
        "0.23.8", "requirements.txt:2", ("0.21.2", "0.23.8")
    )


def test_a_pin_for_another_interpreter_does_not_count(tmp_path: Path) -> None:
    text = "pytest-asyncio>=0.21\npytest-asyncio==0.23.8; platform_python_implementation=='Jython'\n"
    assert choose(tmp_path, {"requirements.txt": text}).version == "1.5.0"


def test_ranges_give_the_newest_known_in_all_of_them(tmp_path: Path) -> None:
    files = {"requirements.txt": "pytest-asyncio>=0.21\n", "constraints.txt": "pytest-asyncio<1\n"}
    chosen = choose(tmp_path, files)
    assert (chosen.version, chosen.candidates) == ("0.26.0", ("0.21.1", "0.21.2", "0.23.8", "0.26.0"))
    assert chosen.origin == "newest known in <1 (constraints.txt:1); >=0.21 (requirements.txt:1)"


def test_wildcards_are_ranges(tmp_path: Path) -> None:
    chosen = choose(tmp_path, {"requirements.txt": "pytest-asyncio==0.21.*\n"})
    assert (chosen.version, chosen.candidates) == ("0.21.2", ("0.21.1", "0.21.2"))


def test_only_the_nearest_ranges_count(tmp_path: Path) -> None:
    files = {"requirements.txt": "pytest-asyncio<1\n", "svc/requirements.txt": "pytest-asyncio>=0.20\n"}
    assert choose(tmp_path, files, "svc").version == "1.5.0"


def test_ranges_that_contradict_each_other_give_the_newest_of_any(tmp_path: Path) -> None:
    text = "pytest-asyncio<0.22; python_version<'3.9'\npytest-asyncio>=1,<1.1; python_version>='3.9'\n"
    assert choose(tmp_path, {"requirements.txt": text}).version == "1.0.0"


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("", "newest known"),
        ("pytest-asyncio\n", "newest known"),
        ("pytest-asyncio>=9\n", "newest known; none fits >=9 (requirements.txt:1)"),
    ],
)
def test_nothing_to_go_by_gives_the_newest_known(tmp_path: Path, text: str, origin: str) -> None:
    chosen = choose(tmp_path, {"requirements.txt": text})
    assert (chosen.version, chosen.origin, chosen.candidates) == ("1.5.0", origin, tuple(KNOWN))


@pytest.mark.parametrize(
    ("constraint", "specifier"),
    [
        ("^1.2.3", ">=1.2.3,<2"),
        ("^0.2.3", ">=0.2.3,<0.3"),
        ("^0.0.3", ">=0.0.3,<0.0.4"),
        ("^0.0", ">=0.0,<0.1"),
        ("^0", ">=0,<1"),
        ("~1.2.3", ">=1.2.3,<1.3"),
        ("~1", ">=1,<2"),
        ("~=1.2", "~=1.2"),
        ("1.2.3", "==1.2.3"),
        ("=1.2.3", "==1.2.3"),
        ("1.2.*", "==1.2.*"),
        ("*", ""),
        (">= 1.0, < 2", ">=1.0,<2"),
        (">=1.0 <2", ">=1.0,<2"),
        ("^0.21 || ^1.0", ">=1.0,<2"),
        ("^1.0a1", ">=1.0a1,<2"),
    ],
)
def test_poetry_constraints(constraint: str, specifier: str) -> None:
    assert to_specifier(constraint) == specifier
    SpecifierSet(specifier)


@pytest.mark.parametrize(("text", "answer"), [("1.5.0", True), ("1.5.0rc1", True), ("1.x", False), ("", False)])
def test_is_version(text: str, answer: bool) -> None:
    assert is_version(text) is answer


def test_major_minor() -> None:
    assert major_minor("8.4.2") == (8, 4)
    assert major_minor("9") == (9, 0)


# --- mentions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("requirements.txt", "x\nasyncpg>=0.27\n"),
        ("requirements.txt", "asyncpg\r\n"),
        ("deep/er/requirements/db.txt", "asyncpg # db"),
        ("pyproject.toml", '[project]\ndependencies = ["AsyncPG[gssauth]"]\n'),
        ("pyproject.toml", '[tool.poetry.dependencies]\nasyncpg = "*"\n'),
        ("uv.lock", '[[package]]\nname = "asyncpg"\nversion = "1"\n'),
        ("Pipfile.lock", '{"default": {"asyncpg": {}}}'),
        ("environment.yml", "dependencies:\n  - conda-forge::asyncpg=1\n"),
        ("setup.py", "setup(install_requires=['asyncpg'])"),
        ("pyproject.toml", "broken asyncpg\nasyncpg = \n"),
    ],
)
def test_mentions(tmp_path: Path, name: str, content: str) -> None:
    assert mentions(write_tree(tmp_path, {name: content}), {"asyncpg", "psycopg"}) == {"asyncpg"}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("requirements.txt", "# asyncpg\nasyncpg-stubs\nsqlalchemy-asyncpg\nx[asyncpg]\n"),
        ("pyproject.toml", '[project]\ndescription = "asyncpg helpers, not asyncpg"\n'),
        ("README.txt", "asyncpg\n"),
        ("main.py", "import asyncpg\n"),
        (".venv/requirements.txt", "asyncpg\n"),
        ("requirements.txt", b"asyncpg\xff"),
    ],
)
def test_mentions_nothing(tmp_path: Path, name: str, content: str | bytes) -> None:
    assert mentions(write_tree(tmp_path, {name: content}), {"asyncpg"}) == set()


def test_mentions_takes_any_spelling_and_returns_the_one_asked_for(tmp_path: Path) -> None:
    write_tree(tmp_path, {"requirements.txt": "psycopg_pool\nPSYCOPG\n"})
    assert mentions(tmp_path, ["psycopg-pool", "Psycopg", "motor"]) == {"psycopg-pool", "Psycopg"}
    assert mentions(tmp_path, []) == set()


def test_hostile_lines_are_quick(tmp_path: Path) -> None:
    # Quadratic matching would take hours on this.
    blank = " " * 1_000_000
    files: dict[str, str | bytes] = {
        "requirements.txt": f"x{blank}y\npytest-asyncio==1.0{blank}--hash=a{blank}#\n",
        "environment.yml": f"-{blank}pytest{blank}\n",
        "constraints.txt": "\n" * 1_000_000,
    }
    assert [pin.line for pin in plugin(tmp_path, files).specs] == [2]
    assert mentions(tmp_path, ["pytest-asyncio"]) == {"pytest-asyncio"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.2.0", "1.2.0"),
        ("1.2", "1.2.0"),
        ("1", "1.5.0"),
        ("0.21", "0.21.2"),
        ("0.22", None),
        ("2", None),
        ("x", None),
    ],
)
def test_in_series(text: str, expected: str | None) -> None:
    assert in_series(text, KNOWN) == expected


@pytest.mark.parametrize(
    ("marker", "expected"),
    [
        ("", True),
        ("; python_version < '3.7'", False),
        ("; python_version >= '3.7'", True),
        ("; python_full_version < '3.10.1'", True),
        ("; sys_platform == 'no-such'", False),
        ("; extra == 'x'", False),
    ],
)
def test_whom_a_requirement_concerns(tmp_path: Path, marker: str, expected: bool) -> None:
    write_tree(tmp_path, {"requirements.txt": f"pytest-asyncio<1{marker}\n"})
    (pin,) = read(tmp_path, tmp_path).plugin.specs
    assert concerns(pin, ["3.10", "3.12"]) is expected


@pytest.mark.parametrize(
    ("condition", "concerned", "several"),
    [
        ("py38", False, False),
        ("py310", True, False),
        ("py38,py3.12", True, False),
        ("!py38", True, False),
        ("old", True, True),
        ("py38-old", True, True),
        ("py310,old", True, True),
    ],
)
def test_factors_of_tox(tmp_path: Path, condition: str, concerned: bool, several: bool) -> None:
    write_tree(tmp_path, {"tox.ini": f"[testenv]\ndeps = {condition}: pytest-asyncio<1\n"})
    (pin,) = read(tmp_path, tmp_path).plugin.specs
    assert (concerns(pin, ["3.10", "3.12"]), is_one_of_several(pin)) == (concerned, several)


@pytest.mark.parametrize(("python", "concerned"), [("<3.8", False), (">=3.8", True), ("^3.9", True), ("~3.9", False)])
def test_pythons_of_poetry(tmp_path: Path, python: str, concerned: bool) -> None:
    text = f'[tool.poetry.dependencies]\npytest-asyncio = [{{version = "^0.21", python = "{python}"}}]\n'
    (pin,) = read(write_tree(tmp_path, {"pyproject.toml": text}), tmp_path).plugin.specs
    assert (concerns(pin, ["3.10", "3.12"]), is_one_of_several(pin)) == (concerned, False)


@pytest.mark.parametrize(("marker", "concerned"), [("python_version < '3.8'", False), ("python_version > '3'", True)])
def test_markers_of_a_pipfile(tmp_path: Path, marker: str, concerned: bool) -> None:
    text = f'[dev-packages]\npytest-asyncio = {{version = "==0.21.2", markers = "{marker}"}}\n'
    (pin,) = read(write_tree(tmp_path, {"Pipfile": text}), tmp_path).plugin.specs
    assert (concerns(pin, ["3.10", "3.12"]), is_one_of_several(pin)) == (concerned, False)


def test_the_nearest_and_those_below_concern_a_folder(tmp_path: Path) -> None:
    files = {"requirements.txt": "pytest-asyncio<1\npython\n", "a/requirements.txt": "pytest-asyncio==0.21.1\n"}
    asked = read(
        write_tree(tmp_path, {**files, "a/b/requirements.txt": "pytest-asyncio<2\npytest<8\n"}), tmp_path / "a"
    )
    assert [pin.path for pin in asked.of("pytest-asyncio")] == ["requirements.txt", "b/requirements.txt"]
    assert [pin.path for pin in asked.of("pytest")] == ["b/requirements.txt"]
    assert [pin.origin for pin in asked.plugin.specs] == ["requirements.txt:1", "../requirements.txt:1"]


def test_a_constraint_farther_up_concerns_a_folder_that_names_no_version(tmp_path: Path) -> None:
    files = {"constraints.txt": "pytest-asyncio==0.21.2\n", "a/requirements.txt": "pytest-asyncio\n"}
    asked = read(write_tree(tmp_path, files), tmp_path / "a")
    assert [pin.path for pin in asked.of("pytest-asyncio")] == ["requirements.txt", "../constraints.txt"]


@pytest.mark.parametrize(
    ("pin", "expected"),
    [("", True), (">=2", True), ("==3.0.0", True), (">=3.5", True), ("<3", False), ("==2.1", False), ("~=2.1", False)],
)
def test_further_distributions_are_found_by_any_spelling(tmp_path: Path, pin: str, expected: bool) -> None:
    write_tree(tmp_path, {"requirements.txt": f"Some_Thing{pin}\nother\n"})
    others = read(tmp_path, tmp_path, ["some-thing", "absent"]).others
    assert list(others) == ["some-thing"]
    assert reaches(others["some-thing"], ("3.0.0", "3.1.0")) is expected


@pytest.mark.parametrize(
    ("specifier", "expected"),
    [
        ("==8.4.1", True),
        ("==8.3.5", False),
        ("<8", False),
        ("<8.4", False),
        ("<9", True),
        ("==8.*", True),
        ("~=8.3.0", False),
        ("~=8.3", True),
        ("==9.9.9", True),
        (">=9.5", True),
        (">8.4,<8.4.2,!=8.4.1", False),
        ("", True),
    ],
)
def test_what_reaches_a_floor(specifier: str, expected: bool) -> None:
    assert reaches_to(SpecifierSet(specifier), "8.4", ["7.4.4", "8.3.5", "8.4.2", "9.0.2"]) is expected

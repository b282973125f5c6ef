"""Each pin with the exact place an edit of it needs: the way through the file's data, the line, the spelling."""

from __future__ import annotations

import configparser
import tomllib
from typing import TYPE_CHECKING, Any

import pytest
from project_tree import write_tree

from codemod.project.lock_commands import is_compiled
from codemod.project.requirement_lines import Dialect, is_plugin, version_part
from codemod.project.requirements import Pin, read
from codemod.source.yaml_text import scalars

if TYPE_CHECKING:
    from pathlib import Path

PRE_COMMIT = """repos:
-   repo: https://host/mypy
    hooks:
    -   id: mypy  # pytest-asyncio==0.1
        additional_dependencies: [types-x, "pytest-asyncio==0.21.1", pytest>=7]
    -   id: other
        additional_dependencies:
        - pytest<8
"""
MATRIX = """[tool.hatch.envs.test]
extra-dependencies = ["pytest-asyncio"]
[tool.hatch.envs.test.overrides]
matrix.old.dependencies = ["x", {value = "pytest-asyncio<1", if = ["yes"]}]
"""
LEGACY = '''[tool.tox]
legacy_tox_ini = """
[testenv]
deps =
    # pytest-asyncio<1
    pytest-asyncio<1
"""
'''
GROUP = ("tool", "poetry", "group", "dev", "dependencies", "pytest-asyncio")

# file, text, and key, line, source and written of the only requirement of pytest-asyncio
PLACES: list[tuple[str, str, tuple[str | int, ...], int, str, str]] = [
    (
        "pyproject.toml",
        '[project]\n# "pytest-asyncio>=0.21"\ndependencies = ["x"] # "pytest-asyncio>=0.21"\n'
        'optional-dependencies.test = [\n  "pytest",  # "pytest-asyncio>=0.21",\n  "pytest-asyncio>=0.21",\n]\n',
        ("project", "optional-dependencies", "test", 1),
        6,
        "pytest-asyncio>=0.21",
        ">=0.21",
    ),
    (
        "pyproject.toml",
        "[project]\r\ndependencies = [\r\n  'PyTest.AsyncIO [x] >= 0.21 ; python_version < \"3.8\"',\r\n]\r\n",
        ("project", "dependencies", 0),
        3,
        'PyTest.AsyncIO [x] >= 0.21 ; python_version < "3.8"',
        ">= 0.21",
    ),
    (
        "pyproject.toml",
        '\ufeffproject = {dependencies = ["pytest_asyncio (>=0.21,<1)"]}\n',
        ("project", "dependencies", 0),
        1,
        "pytest_asyncio (>=0.21,<1)",
        ">=0.21,<1",
    ),
    (
        "pyproject.toml",
        '[project]\ndependencies = ["pytest-asyncio>=0.21; python_version < \\"3.8\\""]\n',
        ("project", "dependencies", 0),
        2,
        "pytest-asyncio>=0.21",
        ">=0.21",
    ),
    (
        "pyproject.toml",
        '[dependency-groups]\na = [{include-group = "b"}, "x"]\nb = ["pytest-asyncio~=0.21"]\n',
        ("dependency-groups", "b", 0),
        3,
        "pytest-asyncio~=0.21",
        "~=0.21",
    ),
    (
        "pyproject.toml",
        '[build-system]\nrequires = ["pytest-asyncio==1.0"]\n',
        ("build-system", "requires", 0),
        2,
        "pytest-asyncio==1.0",
        "==1.0",
    ),
    (
        "pyproject.toml",
        '[tool.poetry.group.dev.dependencies]\npytest = "^7"\npytest-asyncio = "^0.21"\n',
        GROUP,
        3,
        "^0.21",
        "^0.21",
    ),
    (
        "pyproject.toml",
        '[tool.poetry.group.dev.dependencies]\npytest-asyncio = {extras = ["^0.21"], version = "^0.21"}\n',
        (*GROUP, "version"),
        2,
        "^0.21",
        "^0.21",
    ),
    (
        "pyproject.toml",
        '[[tool.poetry.source]]\nname = "pytest-asyncio"\n[tool.poetry.group.dev.dependencies.pytest-asyncio]\n'
        'optional = true\nversion = "~0.21"\n',
        (*GROUP, "version"),
        5,
        "~0.21",
        "~0.21",
    ),
    (
        "pyproject.toml",
        '[tool.poetry]\ndev-dependencies.pytest-asyncio = ">= 0.21"\n',
        ("tool", "poetry", "dev-dependencies", "pytest-asyncio"),
        2,
        ">= 0.21",
        ">= 0.21",
    ),
    (
        "pyproject.toml",
        '[tool.pdm.dev-dependencies]\ntest = ["-e file:///x#egg=x", "pytest-asyncio<1"]\n',
        ("tool", "pdm", "dev-dependencies", "test", 1),
        2,
        "pytest-asyncio<1",
        "<1",
    ),
    (
        "pyproject.toml",
        '[tool.uv]\nconstraint-dependencies = [\n"pytest-asyncio<1"]\n',
        ("tool", "uv", "constraint-dependencies", 0),
        3,
        "pytest-asyncio<1",
        "<1",
    ),
    (
        "uv.toml",
        'build-constraint-dependencies = ["pytest-asyncio<1"]\n',
        ("build-constraint-dependencies", 0),
        1,
        "pytest-asyncio<1",
        "<1",
    ),
    (
        "pyproject.toml",
        '[tool.rye]\ndev-dependencies = ["pytest-asyncio<1"]\n',
        ("tool", "rye", "dev-dependencies", 0),
        2,
        "pytest-asyncio<1",
        "<1",
    ),
    (
        "hatch.toml",
        '[envs.test]\nextra-dependencies = [\n  "x",\n  "pytest-asyncio<1",\n]\n',
        ("envs", "test", "extra-dependencies", 1),
        4,
        "pytest-asyncio<1",
        "<1",
    ),
    (
        "tox.toml",
        '[env_run_base]\ndeps = ["-r {tox_root}/r.txt", {replace = "ref"}, "pytest-asyncio<1"]\n',
        ("env_run_base", "deps", 2),
        2,
        "pytest-asyncio<1",
        "<1",
    ),
    ("pyproject.toml", LEGACY, ("tool", "tox", "legacy_tox_ini"), 6, "pytest-asyncio<1", "<1"),
    (
        "Pipfile",
        '[dev-packages]\npytest-asyncio = {version = "==0.21.1", markers = "x"}\n',
        ("dev-packages", "pytest-asyncio", "version"),
        2,
        "==0.21.1",
        "==0.21.1",
    ),
    ("Pipfile", '[docs]\npytest-asyncio = "*"\n', ("docs", "pytest-asyncio"), 2, "*", "*"),
    (
        "setup.cfg",
        "[metadata]\ndescription = pytest-asyncio>=0.20\n[options.extras_require]\nTest =\n"
        "  pytest\n  # pytest-asyncio>=0.20\n\n  pytest-asyncio>=0.20\n",
        ("options.extras_require", "Test"),
        8,
        "pytest-asyncio>=0.20",
        ">=0.20",
    ),
    (
        "setup.cfg",
        "[options]\ntests_require : pytest; pytest-asyncio <1\n",
        ("options", "tests_require"),
        2,
        "pytest-asyncio <1",
        "<1",
    ),
    ("setup.cfg", "[testenv:a]\ndeps = pytest-asyncio<1\n", ("testenv:a", "deps"), 2, "pytest-asyncio<1", "<1"),
    (
        "tox.ini",
        "[testenv]\ncommands = x\n  pytest-asyncio<1\ndeps =\n  pytest\n  py38,py39: pytest-asyncio<1  # old\n",
        ("testenv", "deps"),
        6,
        "pytest-asyncio<1",
        "<1",
    ),
    ("requirements.txt", "# pytest-asyncio<1\n  pytest_asyncio <1  # why\r\n", (), 2, "pytest_asyncio <1", "<1"),
    (
        "requirements.in",
        "pytest-asyncio>=0.21 ; python_version<'4' --config-settings a=b\n",
        (),
        1,
        "pytest-asyncio>=0.21 ; python_version<'4'",
        ">=0.21",
    ),
    ("constraints.txt", "\\\npytest-asyncio<1\n", (), 2, "pytest-asyncio<1", "<1"),
    ("requirements.txt", "pytest-asyncio<1; \\\n  python_version>'3'\n", (), 1, "pytest-asyncio<1", "<1"),
    (
        "environment.yml",
        "dependencies:\n  - x  # pytest-asyncio=0.21\n  - conda-forge::pytest-asyncio=0.21.1=py_0\n",
        (0, "dependencies", 1),
        3,
        "conda-forge::pytest-asyncio=0.21.1=py_0",
        "=0.21.1=py_0",
    ),
    (
        "environment.yml",
        "a: &a pytest-asyncio\ndependencies:\n- x\n- pip:\n  - 'pytest-asyncio==0.21; python_version<''4'''\n",
        (0, "dependencies", 1, "pip", 0),
        5,
        "pytest-asyncio==0.21",
        "==0.21",
    ),
    (
        ".pre-commit-config.yaml",
        PRE_COMMIT,
        (0, "repos", 0, "hooks", 0, "additional_dependencies", 1),
        5,
        "pytest-asyncio==0.21.1",
        "==0.21.1",
    ),
    (
        "setup.py",
        "setup(install_requires=['x'] + A)\nextras['é'] = ['x', r'pytest-asyncio<1']  # 'pytest-asyncio<1'\n",
        (),
        2,
        "pytest-asyncio<1",
        "<1",
    ),
    (
        "setup.py",
        "A = ['pytest-asyncio<1',\n]\nB = A + ['x']\nsetup(extras_require={'a': A, 'b': [*B, 'y']})\n",
        (),
        1,
        "pytest-asyncio<1",
        "<1",
    ),
    (
        "noxfile.py",
        "@nox.session\ndef t(session):\n    session.install('x',\n        'pytest-asyncio<1')\n",
        (),
        4,
        "pytest-asyncio<1",
        "<1",
    ),
    ("noxfile.py", "D = {\n 'x',\n 'pytest-asyncio',}\n", (), 3, "pytest-asyncio", ""),
    ("noxfile.py", "s.run('pip', 'install', 'pytest-asyncio<1')\n", (), 1, "pytest-asyncio<1", "<1"),
    ("noxfile.py", "s.conda_install('pytest-asyncio=0.21')\n", (), 1, "pytest-asyncio=0.21", "=0.21"),
]

# file, text, line and why no edit may touch the requirement in it
HELD = [
    ("requirements.txt", "pytest-asyncio==0.21.1 \\\n    --hash=sha256:aa\n", 1, "hashed"),
    (
        "requirements.txt",
        "# This file is autogenerated by pip-compile with Python 3\n#\npytest-asyncio==1\n",
        3,
        "compiled",
    ),
    (
        "requirements.txt",
        "# This file was autogenerated by uv via\npytest-asyncio==1 \\\n --hash=sha256:aa\n",
        2,
        "compiled",
    ),
    ("requirements.txt", "pytest-asyncio \\\n  >=0.21\n", 1, "continued"),
    ("requirements.txt", "pytest-asyncio==${VERSION}\n", 1, "computed"),
    ("requirements.txt", "pytest-asyncio @ git+https://host/x@v1\n", 1, "url"),
    ("requirements.txt", "git+https://host/pytest-asyncio.git@v1\n", 1, "url"),
    ("requirements.txt", "-e git+https://host/x#egg=pytest_asyncio[a]&subdirectory=b\n", 1, "editable"),
    ("tox.ini", "[testenv]\ndeps = pytest-asyncio=={env:VERSION}\n", 2, "computed"),
    ("pyproject.toml", '[tool.tox]\nlegacy_tox_ini = "[testenv]\\ndeps = pytest-asyncio<1"\n', 3, "computed"),
    ("pyproject.toml", '[project]\ndependencies = ["pytest-asyncio\\u003e=0.21"]\n', 2, "computed"),
    ("pyproject.toml", '[tool.poetry.dependencies]\n\npytest-asyncio = {git = "https://host/x"}\n', 3, "url"),
    ("Pipfile", '[packages]\npytest-asyncio = {git = "https://host/x", ref = "v1"}\n', 2, "url"),
    ("environment.yml", "dependencies:\n  - {{ x }}: }\n  - pytest-asyncio=0.21\n", 3, "template"),
    ("environment.yml", "dependencies:\n  - pytest-asyncio[version='>=0.21']\n", 2, "computed"),
    ("environment.yml", "dependencies:\n  - pytest-asyncio 0.21.*|0.23.*\n", 2, "computed"),
    ("noxfile.py", "s.install('x', f'pytest-asyncio=={v}')\n", 1, "computed"),
    ("noxfile.py", "s.install('pytest-asyncio==' + v)\n", 1, "computed"),
    ("noxfile.py", "D = ['pytest-asyncio=={}'.format(v)]\ns.install(*D)\n", 1, "computed"),
    ("noxfile.py", "D = ['pytest-asyncio'\n '<1']\n", 1, "computed"),
    ("noxfile.py", "@nox.parametrize('d', ['pytest-asyncio==0.21', 'x'])\ndef t(s, d): s.install(d)\n", 1, "matrix"),
]

# file and text that say nothing about pytest-asyncio
SILENT = [
    (
        "pyproject.toml",
        '[project]\ndependencies = ["pytest-asyncio-cooperative<1", "my-pytest-asyncio<1"] # pytest-asyncio<1\n',
    ),
    (
        "pyproject.toml",
        '[project]\n"dependencies.x" = ["pytest-asyncio<1"]\n[x.project]\ndependencies = ["pytest-asyncio<1"]\n',
    ),
    (
        "pyproject.toml",
        '[[tool.poetry.source]]\nname = "pytest-asyncio"\n[tool.poetry.extras]\ntest = ["pytest-asyncio"]\n',
    ),
    ("pyproject.toml", '[tool.pdm.dev-dependencies]\ntest = ["-e ./pytest-asyncio"]\n'),
    ("pyproject.toml", '[tool.hatch.envs.t.scripts]\ndependencies = ["pytest-asyncio<1"]\n'),
    ("pyproject.toml", '[tool.tox]\nlegacy_tox_ini = 3\n[tool.tox.env.a]\ndeps = "pytest-asyncio<1"\n'),
    (
        "setup.cfg",
        "[options.extras_require]\ntest =\n  # pytest-asyncio<1\n  ; pytest-asyncio<1\n  pytest-asynciox<1\n",
    ),
    ("tox.ini", "[testenv]\ndeps =\n  # pytest-asyncio<1\n  pytest  # pytest-asyncio<1\ncommands = pytest-asyncio<1\n"),
    ("requirements.txt", "pytest-asyncio-cooperative<1\nx  # pytest-asyncio<1\n--pre pytest-asyncio\n"),
    ("environment.yml", "channels:\n  - pytest-asyncio\ndependencies:\n  - pytest-asyncio-cooperative=1\n"),
    (".pre-commit-config.yaml", "repos:\n- repo: pytest-asyncio\n  hooks:\n  - {id: x, args: [pytest-asyncio<1]}\n"),
    (".pre-commit-config.yaml", "ci: {skip: [pytest-asyncio]}\n"),
    ("noxfile.py", '"""pytest-asyncio<1"""\nX = "pytest-asyncio<1"  # pytest-asyncio<1\ns.run("pytest-asyncio<1")\n'),
    ("noxfile.py", "s.install('-e', './pytest-asyncio', '.[pytest-asyncio]')\n"),
    ("setup.py", "setup(description='pytest-asyncio<1', keywords=['about pytest-asyncio'])\n"),
    ("conftest.py", "D = ['pytest-asyncio<1']\n"),
    ("other.yaml", "dependencies:\n- pytest-asyncio<1\n"),
]


def pins(root: Path, name: str, text: str) -> list[Pin]:
    """Return the requirements of pytest-asyncio in one file, those that decide and those that do not."""
    write_tree(root, {name: text})
    found = read(root, root)
    assert (found.failures, found.unread) == ((), ())
    return [*found.plugin.specs, *(pin for pin in found.below if pin.name == "pytest-asyncio")]


def only(root: Path, name: str, text: str) -> Pin:
    (pin,) = pins(root, name, text)
    return pin


def value_at(name: str, text: str, key: tuple[str | int, ...]) -> str:
    """Return the string at ``key`` as an independent reader of the format has it."""
    if name.endswith((".yml", ".yaml")):
        return next(scalar.value for scalar in scalars(text) if scalar.key == key)
    if name.endswith((".cfg", ".ini")):
        config = configparser.RawConfigParser()
        config.read_string(text)
        section, option = key
        return config[str(section)][str(option)]
    data: Any = tomllib.loads(text.removeprefix("\ufeff"))
    for part in key:
        data = data[part]
    return str(data)


@pytest.mark.parametrize(("name", "text", "key", "line", "source", "written"), PLACES)
def test_place(
    tmp_path: Path, name: str, text: str, key: tuple[str | int, ...], line: int, source: str, written: str
) -> None:
    pin = only(tmp_path, name, text)
    assert (pin.key, pin.line, pin.source, pin.written) == (key, line, source, written)
    assert (pin.held, pin.inside, pin.path) == ("", True, name)
    assert source in text.split("\n")[line - 1]
    assert written in source
    if key:
        assert source in value_at(name, text, key)


@pytest.mark.parametrize(("name", "text", "line", "held"), HELD)
def test_held(tmp_path: Path, name: str, text: str, line: int, held: str) -> None:
    pin = only(tmp_path, name, text)
    assert (pin.line, pin.held) == (line, held)
    assert held in ("hashed", "compiled", "url", "matrix") or not pin.source


@pytest.mark.parametrize(("name", "text"), SILENT)
def test_silent(tmp_path: Path, name: str, text: str) -> None:
    assert pins(tmp_path, name, text) == []


def test_hatch_overrides_are_conditional(tmp_path: Path) -> None:
    plain, override = pins(tmp_path, "pyproject.toml", MATRIX)
    assert (plain.key[-1], plain.condition) == (0, "")
    assert (override.key[-4:], override.condition) == (("old", "dependencies", 1, "value"), "matrix.old")


def test_multiple_constraints_are_conditional(tmp_path: Path) -> None:
    text = (
        '[tool.poetry.group.dev.dependencies]\npytest-asyncio = [\n  {version = "^0.21", python = "<3.8"},\n'
        '  {version = "^0.21", markers = "sys_platform == \'x\'"},\n]\n'
    )
    found = pins(tmp_path, "pyproject.toml", text)
    assert [(pin.key, pin.line, pin.condition) for pin in found] == [
        ((*GROUP, 0, "version"), 3, "python <3.8"),
        ((*GROUP, 1, "version"), 4, "sys_platform == 'x'"),
    ]
    assert {pin.dialect for pin in found} == {Dialect.POETRY}


def test_a_factor_is_a_condition(tmp_path: Path) -> None:
    assert only(tmp_path, "tox.ini", "[testenv]\ndeps =\n  py38,!x: pytest-asyncio<1\n").condition == "py38,!x"


def test_the_same_requirement_twice_has_two_places(tmp_path: Path) -> None:
    text = '[dependency-groups]\na = ["pytest-asyncio<1"]\n# "pytest-asyncio<1"\nb = ["x", "pytest-asyncio<1"]\n'
    found = pins(tmp_path, "pyproject.toml", text)
    assert [(pin.key[1:], pin.line) for pin in found] == [(("a", 0), 2), (("b", 1), 4)]


@pytest.mark.parametrize(
    ("name", "text", "key", "line", "source", "dialect"),
    [
        (
            "pyproject.toml",
            '[project]\nrequires-python = ">= 3.8"\n',
            ("project", "requires-python"),
            2,
            ">= 3.8",
            "pep440",
        ),
        (
            "pyproject.toml",
            '[tool.poetry.dependencies]\npython = "^3.8"\n',
            ("tool", "poetry", "dependencies", "python"),
            2,
            "^3.8",
            "poetry",
        ),
        ("setup.cfg", "[options]\npython_requires = >=3.8\n", ("options", "python_requires"), 2, ">=3.8", "pep440"),
        ("setup.py", "setup(\n  python_requires='>=3.8')\n", (), 2, ">=3.8", "pep440"),
        ("Pipfile", '[requires]\npython_version = "3.8"\n', ("requires", "python_version"), 2, "3.8", "series"),
        ("environment.yml", "dependencies:\n- python =3.8\n", (0, "dependencies", 0), 2, "python =3.8", "conda"),
    ],
)
def test_python(
    tmp_path: Path, name: str, text: str, key: tuple[str | int, ...], line: int, source: str, dialect: str
) -> None:
    write_tree(tmp_path, {name: text})
    (pin,) = read(tmp_path, tmp_path).python.specs
    assert (pin.key, pin.line, pin.source, pin.dialect) == (key, line, source, dialect)
    assert pin.written in source


@pytest.mark.parametrize(
    ("requirement", "part"),
    [
        ("a", ""),
        ("a>=1", ">=1"),
        ("a [x,y] >= 1, < 2 ; m", ">= 1, < 2"),
        ("a(>=1)", ">=1"),
        ("a[x](>=1, <2) ; m", ">=1, <2"),
        ("a;m", ""),
        ("a @ https://h/x ; m", "https://h/x"),
        ("a===x", "===x"),
    ],
)
def test_version_part(requirement: str, part: str) -> None:
    assert version_part(requirement) == part


@pytest.mark.parametrize(
    ("requirement", "answer"),
    [
        ("pytest-asyncio", True),
        ("PyTest__AsyncIO[x]>=1", True),
        ("pytest.-asyncio;m", True),
        ("pytest-asyncio-x", False),
        ("pytestasyncio", False),
        ("x-pytest-asyncio", False),
        ("pytest", False),
    ],
)
def test_is_plugin(requirement: str, answer: bool) -> None:
    assert is_plugin(requirement) is answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("#\n# This file is autogenerated by pip-compile\n", True),
        ("# This file was autogenerated by uv via the following command:\n#  uv pip compile x\n", True),
        ("-i https://host/simple\n# These requirements were autogenerated by pipenv\n", True),
        ("# This file is @generated by PDM.\n", True),
        ("x\n# This file is autogenerated by pip-compile\n", False),
        ("# see pip-compile and uv\n", False),
        ("# generated by uvicorn\n", False),
        ("", False),
    ],
)
def test_is_compiled(text: str, answer: bool) -> None:
    assert is_compiled(text) is answer

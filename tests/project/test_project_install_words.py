"""Requirements in commands that install packages, and Python versions that files name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from project_tree import write_tree

from codemod.project.install_words import InstallWord, install_words
from codemod.project.python_mentions import python_mentions

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("pytest-asyncio", "pytest")


def found(root: Path, files: dict[str, str | bytes], names: tuple[str, ...] = NAMES) -> list[str]:
    write_tree(root, files)
    return [f"{each.path}:{each.line} {each.tool} {each.requirement_text}" for each in install_words(root, root, names)]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("pip install pytest-asyncio==0.21.1", "pip pytest-asyncio==0.21.1"),
        (
            "pip3 install -U --no-deps 'pytest_asyncio[docs]>=0.21,<0.23' -r x.txt",
            "pip pytest_asyncio[docs]>=0.21,<0.23",
        ),
        ("$(PYTHON) -m pip install -q Pytest.Asyncio", "pip Pytest.Asyncio"),
        ("uv pip install --system pytest-asyncio~=0.21", "pip pytest-asyncio~=0.21"),
        ("uv add --dev pytest-asyncio", "uv pytest-asyncio"),
        ("uv run --with pytest-asyncio==0.21 pytest", "uv pytest-asyncio==0.21"),
        ("uv run --with=httpx,pytest-asyncio==0.21 pytest", "uv pytest-asyncio==0.21"),
        ("uvx --with pytest-asyncio pytest", "uvx pytest-asyncio"),
        ("pipx inject tox pytest-asyncio==0.21", "pipx pytest-asyncio==0.21"),
        ("conda install -y -c conda-forge pytest-asyncio=0.21", "conda pytest-asyncio=0.21"),
        ("mamba create -n x pytest-asyncio", "conda pytest-asyncio"),
        ("poetry run pip install pytest-asyncio<1", "pip pytest-asyncio"),
        ("poetry add -G dev pytest-asyncio@^0.21", "poetry pytest-asyncio@^0.21"),
        ("FOO=1 sudo pip install pytest-asyncio", "pip pytest-asyncio"),
    ],
)
def test_install_words(tmp_path: Path, command: str, expected: str) -> None:
    assert found(tmp_path, {"Makefile": f"t:\n\t{command}\n"}, ("pytest-asyncio",)) == [f"Makefile:2 {expected}"]


@pytest.mark.parametrize(
    "command",
    [
        "pip install pytest-asyncio==$(VERSION)",
        "pip install $(DEPS)",
        "pip uninstall pytest-asyncio",
        "echo pip install pytest-asyncio",
        "pip install my-pytest-asyncio pytest-asyncio-cooperative ./pytest-asyncio",
        "pip show pytest-asyncio",
        "cat pytest-asyncio",
        "uv run pytest -p pytest-asyncio",
        "git clone x/pytest-asyncio",
    ],
)
def test_other_words_are_left(tmp_path: Path, command: str) -> None:
    assert found(tmp_path, {"Makefile": f"t:\n\t{command}\n"}, ("pytest-asyncio",)) == []


def test_install_words_have_their_own_lines(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "Dockerfile": "FROM x\nRUN pip install \\\n    pytest>=7 \\\n    pytest-asyncio==0.21\n",
        "noxfile.py": "def t(session):\n    session.install(\n        'pytest',\n"
        "        'pytest-asyncio>=0.21,<1',\n    )\n",
        ".github/workflows/a.yml": "jobs:\n  t:\n    steps:\n      - run: |\n          pip install pytest\n"
        "          pip install pytest-asyncio\n",
        "tox.ini": "[testenv]\ncommands_pre = pip install pytest-asyncio>=0.21\n",
    }
    assert found(tmp_path, files) == [
        ".github/workflows/a.yml:5 pip pytest",
        ".github/workflows/a.yml:6 pip pytest-asyncio",
        "Dockerfile:3 pip pytest",
        "Dockerfile:4 pip pytest-asyncio==0.21",
        "noxfile.py:3 pip pytest",
        "noxfile.py:4 pip pytest-asyncio>=0.21,<1",
        "tox.ini:2 pip pytest-asyncio>=0.21",
    ]


PYTHONS: list[tuple[str, str, str]] = [
    (
        "tox.ini",
        "[tox]\nenvlist =\n    py38, py3{9,10}-{a,b}\n    lint\n    py3{11-12},3.13,pypy39\n",
        "3:3.10 3:3.8 3:3.9 5:3.11 5:3.12 5:3.13 5:3.9",
    ),
    ("setup.cfg", "[metadata]\nclassifiers =\n    Programming Language :: Python :: 3.8\n", "3:3.8"),
    ("pyproject.toml", "[tool.tox]\nenv_list = ['3.9', 'py310', 'lint']\n", "2:3.10 2:3.9"),
    ("tox.toml", "env_list = ['3.9']\n", "1:3.9"),
    ("pyproject.toml", "[tool.tox]\nlegacy_tox_ini = '''\n[tox]\nenvlist = py38\n'''\n", "4:3.8"),
    ("noxfile.py", "P = ['3.8', '3.9']\n@nox.session(python=P)\ndef a(s): ...\n", "1:3.8 1:3.9"),
    ("noxfile.py", "@nox.session(python='pypy3.9')\ndef a(s): ...\n", "1:3.9"),
    (".python-version", "3.11.4\n3.8\n", "1:3.11 2:3.8"),
    (
        ".github/workflows/a.yml",
        "jobs:\n  t:\n    strategy:\n      matrix:\n"
        "        python-version: ['3.8', \"3.10\", pypy-3.9, 3.x]\n    steps:\n"
        "      - with:\n          python-version: 3.12-dev\n",
        "5:3.10 5:3.8 5:3.9 8:3.12",
    ),
    (".travis.yml", "python:\n  - 3.8\n", "2:3.8"),
    ("setup.py", "setup(classifiers=['Programming Language :: Python :: 3.8'])\n", "1:3.8"),
    ("tox.ini", "[tox]\nenvlist = python, lint, py, cpy38x\n", ""),
    ("pyproject.toml", "[project]\nrequires-python = '>=3.8'\n", ""),
    ("noxfile.py", "@nox.session(python=versions())\ndef a(s): ...\n", ""),
    (".github/workflows/a.yml", "jobs: {t: {steps: [{run: python3.8 x}]}}\n", ""),
    ("docs/ci.yml", "python-version: '3.8'\n", ""),
    ("tox.ini", "[tox]\nenvlist = " + "{a,b}" * 200 + "\n", ""),
]


@pytest.mark.parametrize(("path", "text", "expected"), PYTHONS, ids=[f"{n}-{p[0]}" for n, p in enumerate(PYTHONS)])
def test_python_mentions(tmp_path: Path, path: str, text: str, expected: str) -> None:
    write_tree(tmp_path, {path: text})
    mentions = python_mentions(tmp_path, tmp_path)
    assert {each.path for each in mentions} <= {path}
    assert " ".join(f"{each.line}:{each.version}" for each in mentions) == expected


@pytest.mark.parametrize(
    ("text", "tool", "allowed"),
    [
        ("pytest-asyncio==0.21.2", "pip", "==0.21.2"),
        ("pytest-asyncio[docs]>=0.21", "pip", ">=0.21"),
        ("pytest-asyncio=0.21", "conda", "==0.21.*"),
        ("pytest-asyncio", "pip", ""),
        ("pytest-asyncio@git+https://example.org/x", "pip", None),
        ("pytest-asyncio=0.21", "pip", None),
    ],
)
def test_what_a_word_allows(text: str, tool: str, allowed: str | None) -> None:
    found = InstallWord("a.sh", 1, text, "pytest-asyncio", tool).allowed
    assert (None if found is None else str(found)) == allowed

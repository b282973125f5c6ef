"""Commands found in each kind of file that holds them, with line, folder and PYTEST_ADDOPTS."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from project_tree import write_tree

from codemod.project.command_files import find, reader_of
from codemod.project.shell_words import UNKNOWN

if TYPE_CHECKING:
    from pathlib import Path

    from codemod.project.commands import Command


def read(root: Path, files: dict[str, str | bytes], folder: str = "") -> list[Command]:
    write_tree(root, files)
    return list(find(root, root / folder).commands("pytest"))


def shown(command: Command) -> str:
    words = " ".join(word.text for word in command.words).replace(UNKNOWN, "?")
    where = ",".join(folder or "." for folder in command.folders)
    addopts = f" | {command.addopts.line}:{command.addopts.text}" if command.addopts else ""
    return f"{command.line} {where} {words}{addopts}"


FILES: list[tuple[str, str, list[str]]] = [
    (
        "tox.ini",
        "[tox]\nenvlist = py\n[testenv]\nsetenv =\n    A = 1\n    PYTEST_ADDOPTS = -ra\nchangedir = {toxinidir}/sub\n"
        "commands_pre = pip install .\ncommands =\n    # pytest no\n    py38: pytest {posargs} \\\n"
        "      -x\n    - coverage\n"
        "[testenv:old]\nsetenv = PYTEST_ADDOPTS=-q\n[testenv:lint]\ndeps = pytest\n",
        [
            "8 sub pip install . | 6:-ra",
            "11 sub pytest ? -x | 6:-ra",
            "13 sub coverage | 6:-ra",
            "8 sub pip install . | 15:-q",
            "11 sub pytest ? -x | 15:-q",
            "13 sub coverage | 15:-q",
        ],
    ),
    ("setup.cfg", "[a]\ncommands = pytest no\n[testenv]\ncommands = pytest\n", ["4 . pytest"]),
    (
        "pyproject.toml",
        "[tool.tox.env_run_base]\nset_env.PYTEST_ADDOPTS = '-ra'\ncommands = [\n  ['pytest', '{tox_root}/t'],\n"
        "  ['{env_python}', '-m', 'pytest', { replace = 'posargs' }],\n]\n[tool.tox.env.x]\nchange_dir = 'sub'\n",
        [
            "3 . pytest ./t | 2:-ra",
            "3 . ? -m pytest ? | 2:-ra",
            "3 sub pytest ./t | 2:-ra",
            "3 sub ? -m pytest ? | 2:-ra",
        ],
    ),
    (
        "pyproject.toml",
        '[tool.tox]\nlegacy_tox_ini = """\n[testenv]\ncommands =\n    pytest -x\n"""\n',
        ["5 . pytest -x"],
    ),
    ("tox.toml", '[env.a]\ncommands = [["pytest"]]\n', ["2 . pytest"]),
    (
        "pyproject.toml",
        '[tool.hatch.envs.t.env-vars]\nPYTEST_ADDOPTS = "-q"\n[tool.hatch.envs.t.scripts]\na = "pytest {args:tests}"\n'
        'b = [\n  "echo x",\n  "cd sub && pytest",\n]\n',
        ["4 . pytest ? | 2:-q", "6 . echo x | 2:-q", "7 sub pytest | 2:-q"],
    ),
    ("hatch.toml", '[envs.default.scripts]\ntest = "pytest"\n', ["2 . pytest"]),
    (
        "pyproject.toml",
        '[tool.pdm.scripts]\na = "pytest"\nb = { cmd = ["pytest", "-x"], env = { PYTEST_ADDOPTS = "-q" } }\n'
        'c = { shell = "cd sub; pytest" }\nd.composite = ["a", "pytest -v"]\ne = { call = "pytest:main" }\n',
        ["2 . pytest", "3 . pytest -x | 3:-q", "4 sub pytest", "5 . a", "5 . pytest -v"],
    ),
    (
        "pyproject.toml",
        '[tool.poe.tasks.t]\ncmd = """\n  pytest\n  -x\n"""\ncwd = "sub"\n[tool.taskipy.tasks]\nu = "pytest > log"\n',
        ["3 sub pytest", "4 sub -x", "8 . pytest"],
    ),
    ("Pipfile", '[scripts]\ntest = "python -m pytest"\n', ["2 . python -m pytest"]),
    (
        "noxfile.py",
        "import nox\n\n\n@nox.session\ndef t(session, x):\n    session.install('pytest', f'a=={x}')\n"
        "    session.run(*['pytest', '-x'], *session.posargs, x, env={'PYTEST_ADDOPTS': '-q'})\n"
        "    session.chdir('sub')\n    session.run('pytest', x.y, external=True)\n    session.chdir(x)\n"
        "    session.run('pytest')\n    nox.options.run('a')\n",
        ["6 . pip install pytest a==?", "7 . pytest -x ? ? | 7:-q", "9 sub pytest ?", "11  pytest"],
    ),
    (
        "Makefile",
        "export PYTEST_ADDOPTS := -q\n# pytest\ntest: lint\n\t@cd sub && \\\n"
        "\t  $(PY) -m pytest $(ARGS)\n\t-pytest # all\n"
        "X = pytest\n",
        ["5 sub ? -m pytest ? | 1:-q", "6 . pytest | 1:-q"],
    ),
    ("build/more.mk", "t:\n\tpytest\n", ["2 build pytest"]),
    ("justfile", "set shell := ['sh']\nx := 'pytest'\ntest *args:\n  # pytest\n  @pytest {{args}}\n", ["5 . pytest ?"]),
    (
        "ci/test.sh",
        '#!/bin/bash\nset -e\nexport PYTEST_ADDOPTS="-q"\n(cd sub; pytest)\npytest\nbash -c "cd sub && pytest -x"\n'
        'cd "$(dirname "$0")" && pytest\n',
        [
            "4 ci/sub,sub pytest | 3:-q",
            "5 ci,. pytest | 3:-q",
            "6 ci/sub,sub pytest -x | 3:-q",
            "7  pytest | 3:-q",
        ],
    ),
    (
        "Dockerfile.test",
        'FROM x\nENV A=pytest\nRUN --mount=type=cache,target=/x pip install \\\n  pytest\nCMD ["pytest", "-x"]\n',
        ["3  pip install pytest", "5  pytest -x"],
    ),
    (
        ".github/workflows/a.yml",
        "env: {PYTEST_ADDOPTS: -a}\ndefaults:\n  run:\n    working-directory: sub\njobs:\n  t:\n    env:\n"
        "      PYTEST_ADDOPTS: -b\n    steps:\n      - run: pytest -x\n      - name: run pytest\n        run: |\n"
        "          cd more\n\n          pytest\n        working-directory: other\n  u:\n    steps:\n      - run: >-\n"
        "          pytest\n        env: {PYTEST_ADDOPTS: -c}\n",
        ["10 sub pytest -x | 8:-b", "15 other/more pytest | 8:-b", "20 sub pytest | 21:-c"],
    ),
    ("action.yml", "runs:\n  steps:\n    - run: pytest\n      shell: bash\n", ["3 . pytest"]),
    (
        ".gitlab-ci.yml",
        "variables:\n  PYTEST_ADDOPTS: -q\ntest:\n  before_script:\n    - cd sub\n  script:\n"
        "    - pytest\n    - cd ..\n"
        "    - pytest -x\nlint:\n  script: pytest --co\n",
        ["7 sub pytest | 2:-q", "9 . pytest -x | 2:-q", "11 . pytest --co | 2:-q"],
    ),
    (
        ".circleci/config.yml",
        "jobs:\n  t:\n    working_directory: ~/p\n    environment:\n      PYTEST_ADDOPTS: -q\n"
        "    steps:\n      - run: pytest\n"
        "      - run:\n          command: pytest -x\n          working_directory: sub\n",
        ["7 . pytest | 5:-q", "9 sub pytest -x | 5:-q"],
    ),
    (
        "azure-pipelines.yml",
        "steps:\n- script: pytest\n  workingDirectory: sub\n- bash: |\n    pytest -x\n",
        ["2 sub pytest", "5 . pytest -x"],
    ),
    (
        ".travis.yml",
        'env:\n  global:\n    - A=1 PYTEST_ADDOPTS="-q -x"\ninstall: pip install pytest\nscript:\n  - pytest\n',
        ["4 . pip install pytest | 3:-q -x", "6 . pytest | 3:-q -x"],
    ),
    ("appveyor.yml", "test_script:\n  - cmd: pytest\n  - ps: pytest -x\n", ["2 . pytest", "3 . pytest -x"]),
    (
        "Taskfile.yml",
        "tasks:\n  t:\n    dir: sub\n    env: {PYTEST_ADDOPTS: -q}\n    cmds:\n      - pytest\n"
        "      - cmd: pytest {{.CLI_ARGS}}\n"
        "  u:\n    cmd: pytest -x\n",
        ["6 sub pytest | 4:-q", "7 sub pytest ? | 4:-q", "9 . pytest -x"],
    ),
    (
        ".pre-commit-config.yaml",
        "repos:\n- repo: local\n  hooks:\n  - id: t\n    entry: pytest\n    args: [-x, 'a b']\n    language: system\n"
        "    additional_dependencies: [pytest==7]\n",
        ["5 . pytest -x a b", "8  pip install pytest==7"],
    ),
]


@pytest.mark.parametrize(("path", "text", "expected"), FILES, ids=[f"{n}-{f[0]}" for n, f in enumerate(FILES)])
def test_commands(tmp_path: Path, path: str, text: str, expected: list[str]) -> None:
    assert [shown(command) for command in read(tmp_path, {path: text})] == expected


@pytest.mark.parametrize("path", ["a.yml", "docs/ci.yml", ".github/dependabot.yml", "tox.cfg", "x.py", "Makefile.am"])
def test_other_files_are_not_read(tmp_path: Path, path: str) -> None:
    assert reader_of(path) is None
    assert read(tmp_path, {path: "run: pytest\nscript: pytest\nt:\n\tpytest\n"}) == []


def test_files_above_the_folder_count_but_not_beside_it(tmp_path: Path) -> None:
    files = {
        ".github/workflows/ci.yml": "jobs: {t: {steps: [{run: pytest}]}}\n",
        "tox.ini": "[testenv]\ncommands = pytest\n",
        "a/tox.ini": "[testenv]\ncommands = pytest\n",
        "a/b/tox.ini": "[testenv]\ncommands = pytest\n",
        "c/tox.ini": "[testenv]\ncommands = pytest\n",
    }
    found = read(tmp_path, dict(files), "a")
    assert [command.path for command in found] == [".github/workflows/ci.yml", "a/b/tox.ini", "a/tox.ini", "tox.ini"]


def test_broken_files_are_failures_and_the_rest_is_read(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        ".travis.yml": "script: [pytest\n",
        "noxfile.py": "def pytest(:\n",
        "pyproject.toml": "pytest = \n",
        "tox.ini": b"\xff\n[testenv]\ncommands = pytest\n",
        "Makefile": "t:\n\tpytest\n",
    }
    write_tree(tmp_path, files)
    found = find(tmp_path, tmp_path)
    assert [command.path for command in found.commands("pytest")] == ["Makefile", "tox.ini"]
    assert sorted(found.failures) == [".travis.yml", "noxfile.py", "pyproject.toml"]


def test_links_and_large_files_are_not_read(tmp_path: Path) -> None:
    write_tree(tmp_path / "other", {"Makefile": "t:\n\tpytest\n"})
    root = write_tree(tmp_path / "project", {"big.mk": "t:\n\tpytest\n" + "#" * 2**20})
    (root / "Makefile").symlink_to(tmp_path / "other" / "Makefile")
    found = find(root, root)
    assert list(found.commands("pytest")) == []
    assert "larger than 1 MB" in found.failures["big.mk"].reason


def test_an_overlay_replaces_what_is_on_disk(tmp_path: Path) -> None:
    write_tree(tmp_path, {"Makefile": "t:\n\tpytest\n"})
    found = find(tmp_path, tmp_path)
    assert [command.line for command in found.commands("pytest")] == [2]
    after = found.with_overlay({"Makefile": b"\n\nt:\n\tpytest\n"})
    assert [command.line for command in after.commands("pytest")] == [4]


def test_aliases_of_yaml_are_no_bomb(tmp_path: Path) -> None:
    levels = "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 60))
    text = f"a0: &a0 [pytest]\n{levels}script: *a59\n"
    assert read(tmp_path, {".travis.yml": text}) == []


ENVIRONMENTS = "".join(f"[testenv:a{n}]\nsetenv = A=1\n" for n in range(9_000))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("tox.ini", "[testenv]\ncommands =\n" + "    pytest\n" * 20_000 + ENVIRONMENTS),
        ("pyproject.toml", "[tool.tox.env_run_base]\ncommands = [[" + "\n'pytest'," * 40_000 + "]]\n"),
        ("pyproject.toml", "[tool.pdm.scripts]\n" + "".join(f"a{n} = 'pytest'\n" for n in range(20_000))),
        ("Makefile", "t:\n" + "\tpytest\n" * 100_000),
        (".travis.yml", "script:\n" + "- pytest\n" * 50_000),
        ("noxfile.py", "def t(s):\n" + "    s.run('pytest')\n" * 20_000),
        ("x.sh", "(" * 200_000 + "pytest"),
    ],
    ids=["inherited", "words", "tasks", "recipes", "yaml", "calls", "subshells"],
)
def test_huge_files_end_soon(tmp_path: Path, path: str, text: str) -> None:
    start = time.process_time()
    read(tmp_path, {path: text})
    assert time.process_time() - start < 20

"""Which commands run pytest, for which project, and what they set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from project_tree import write_tree

from codemod.project.command_files import find
from codemod.project.commands import Place
from codemod.project.invocations import Ground, Invocation, Standing, invocations, settings_of
from codemod.project.programs import pytest_words
from codemod.project.pytest_config import resolve
from codemod.project.shell_words import UNKNOWN, split

if TYPE_CHECKING:
    from pathlib import Path


def arguments(text: str) -> str | None:
    (simple,) = split(text)
    found = pytest_words(simple.words)
    return None if found is None else " ".join(word.text for word in found).replace(UNKNOWN, "?")


@pytest.mark.parametrize(
    "command",
    [
        "pytest",
        "py.test",
        "python -m pytest",
        "python3.12 -W error -X dev -m pytest",
        "$(PYTHON) -m pytest",
        "{envpython} -m pytest",
        ".venv/bin/pytest",
        "${BIN}pytest",
        "$RUN pytest",
        "py -m pytest",
        "coverage run -m pytest",
        "coverage run --source x -p --branch -m pytest",
        "python -m coverage run -m pytest",
        "poetry run pytest",
        "poetry -C x run python -m pytest",
        "uv run pytest",
        "uv run --with pytest-asyncio --python 3.12 --all-extras pytest",
        "uv run -m pytest",
        "uvx --with a pytest",
        "pdm run pytest",
        "pdm run -v pytest",
        "pipenv run coverage run -m pytest",
        "hatch run pytest",
        "hatch run test:pytest",
        "hatch -e test run pytest",
        "conda run -n env pytest",
        "xvfb-run -a pytest",
        "timeout 60 pytest",
        "docker compose run --rm app pytest",
        "tox exec -e py -- pytest",
    ],
)
def test_pytest_is_found_behind_its_wrappers(command: str) -> None:
    assert arguments(f"{command} -x tests") == "-x tests"


@pytest.mark.parametrize(
    "command",
    [
        "echo pytest",
        "pip install pytest",
        "python -m pip install pytest",
        "python -c pytest",
        "python pytest",
        "python -m xdist pytest",
        "tox -e pytest",
        "rm -rf .pytest_cache",
        "git commit -m pytest",
        "coverage report pytest",
        "poetry add pytest",
        "pytest-xdist",
        "uv run",
        "hatch run test",
        "$RUN",
        "docker build pytest-image",
    ],
)
def test_other_commands_are_not_taken_for_pytest(command: str) -> None:
    assert arguments(command) is None


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("--asyncio-mode=auto", ("asyncio_mode", "auto", "--asyncio-mode=auto")),
        ("--asyncio-mode auto", ("asyncio_mode", "auto", "--asyncio-mode auto")),
        ("-o asyncio_mode=auto", ("asyncio_mode", "auto", "asyncio_mode=auto")),
        ("-oasyncio_mode=auto", ("asyncio_mode", "auto", "-oasyncio_mode=auto")),
        ("--override-ini=asyncio_mode=auto", ("asyncio_mode", "auto", "--override-ini=asyncio_mode=auto")),
        ("--override-ini asyncio_mode=auto", ("asyncio_mode", "auto", "asyncio_mode=auto")),
        ("--asyncio-mode=$M", ("asyncio_mode", None, f"--asyncio-mode={UNKNOWN}")),
    ],
)
def test_settings(words: str, expected: tuple[str, str | None, str]) -> None:
    (simple,) = split(words)
    (found,) = settings_of(simple.words, "tox.ini", Place(("testenv",), "commands", words))
    assert (found.option, found.value, found.written) == expected


@pytest.mark.parametrize("words", ["-o log_cli=true", "-o asyncio_mode", "asyncio_mode=auto", "-x", "$OPTIONS"])
def test_no_settings(words: str) -> None:
    (simple,) = split(words)
    assert list(settings_of(simple.words, "tox.ini", None)) == []


PROJECT: dict[str, str | bytes] = {
    "pytest.ini": "[pytest]\n",
    "tests/test_a.py": "",
    "docs/conf.py": "",
    "own/pytest.ini": "[pytest]\n",
    "own/test_b.py": "",
    "src/x.py": "",
}
FILES = ("tests/test_a.py", "docs/conf.py", "src/x.py")


def read(root: Path, folder: Path, nested: tuple[str, ...] = ("own/",)) -> tuple[Invocation, ...]:
    config = resolve(folder)
    ground = Ground(root, folder, config.inifile, config.pytest_version, FILES, nested)
    return invocations(find(root, folder, (), nested), ground, everything=True)


@pytest.mark.parametrize(
    "command",
    [
        "pytest",
        "pytest tests",
        "pytest tests/test_a.py::test_x -k 'a b'",
        "pytest --cov src tests",
        "pytest no/such/file",
        "cd tests && pytest",
        "cd docs && pytest ../tests",
        "pytest -c other.cfg --rootdir tests",
        "pytest {posargs} $X",
    ],
)
def test_a_command_that_runs_the_tests_counts(tmp_path: Path, command: str) -> None:
    write_tree(tmp_path, {**PROJECT, "other.cfg": "[tool:pytest]\n", "Makefile": f"t:\n\t{command}\n"})
    (found,) = read(tmp_path, tmp_path)
    assert found.standing is Standing.COUNTS, found.reason


@pytest.mark.parametrize(
    ("command", "standing"),
    [
        ("cd own && pytest", Standing.ELSEWHERE),
        ("pytest own", Standing.ELSEWHERE),
        ("cd .. && pytest", Standing.DOUBTFUL),
        ("cd /src && pytest", Standing.DOUBTFUL),
        ("cd $X && pytest", Standing.DOUBTFUL),
        ("cd gone && pytest", Standing.DOUBTFUL),
        ("cd docs && pytest", Standing.DOUBTFUL),
        ("pytest tests own", Standing.DOUBTFUL),
        ("pytest --rootdir gone", Standing.DOUBTFUL),
        ("pytest -c gone.ini", Standing.DOUBTFUL),
        ("pytest -c ../other.ini", Standing.DOUBTFUL),
        ("pytest --asyncio-mode", Standing.DOUBTFUL),
        ("pytest -o x", Standing.DOUBTFUL),
        ("docker run app pytest", Standing.DOUBTFUL),
    ],
)
def test_a_command_that_may_not_run_the_tests_does_not_count(tmp_path: Path, command: str, standing: Standing) -> None:
    root = write_tree(tmp_path / "root", {**PROJECT, "Makefile": f"t:\n\t{command}\n"})
    write_tree(tmp_path, {"other.ini": "[pytest]\n"})
    (found,) = read(root, root)
    assert found.standing is standing
    assert found.reason


@pytest.mark.parametrize(
    ("command", "standing"),
    [
        ("pytest", Standing.ELSEWHERE),
        ("cd one && pytest", Standing.COUNTS),
        ("pytest one/tests", Standing.COUNTS),
        ("cd two && pytest", Standing.ELSEWHERE),
        ("pytest two", Standing.ELSEWHERE),
    ],
)
def test_commands_above_a_project(tmp_path: Path, command: str, standing: Standing) -> None:
    write_tree(tmp_path, {"one/pytest.ini": "[pytest]\n", "one/tests/test_a.py": "", "two/test_b.py": ""})
    write_tree(tmp_path, {"Makefile": f"t:\n\t{command}\n"})
    (found,) = read(tmp_path, tmp_path / "one", ())
    assert found.path == "../Makefile"
    assert found.standing is standing


def test_a_script_counts_from_the_folder_it_fits(tmp_path: Path) -> None:
    write_tree(tmp_path, {**PROJECT, "scripts/test.sh": "pytest tests\n"})
    (found,) = read(tmp_path, tmp_path)
    assert found.counts


def test_what_decides_is_normalised(tmp_path: Path) -> None:
    write_tree(tmp_path, PROJECT)
    line = "-p no:asyncio -p x -o asyncio_mode=auto -o log_cli=1 --asyncio-mode strict -c ../pytest.ini -W error"
    write_tree(tmp_path, {"Makefile": f"t:\n\tcd tests && PYTEST_ADDOPTS='-q -p asyncio' pytest {line}\n"})
    (found,) = read(tmp_path, tmp_path)
    ini = str(tmp_path.resolve() / "pytest.ini")
    expected = ("-c", ini, "-o", "asyncio_mode=auto", "-p", "asyncio", "-p", "no:asyncio", "--asyncio-mode=strict")
    assert found.args == expected
    assert "-W error" in found.overrides


def test_nothing_is_parsed_where_no_command_decides(tmp_path: Path) -> None:
    files = {"Makefile": "t:\n\tpytest\n", ".travis.yml": "script: [pytest\n"}
    write_tree(tmp_path, {**PROJECT, **files})
    found = find(tmp_path, tmp_path)
    ground = Ground(tmp_path, tmp_path, None, (9, 0))
    assert invocations(found, ground) == ()
    assert found.failures == {}
    assert len(invocations(found, ground, everything=True)) == 1
    assert list(found.failures) == [".travis.yml"]

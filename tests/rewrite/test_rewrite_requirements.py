"""Requirements in every format: what is changed, what is left, what is refused; nothing else in the file may change."""

from __future__ import annotations

import pytest

from codemod.operations import SetOption, SetRequirement
from codemod.rewrite import rewrite_file

OLD, NEW = "pytest-asyncio==0.21", "pytest-asyncio==1.1"
Key = tuple[str | int, ...]


def rewritten(path: str, text: str, line: int, key: Key = (), old: str = OLD, new: str = NEW) -> str:
    return rewrite_file(path, text.encode(), [SetRequirement(path, line, key, old, new)]).decode()


DEPS = ("project", "dependencies")
GROUP = ("dependency-groups", "dev")
POETRY = ("tool", "poetry", "dependencies", "pytest-asyncio")

# Name, path, key, text. The line that holds "<old>" is the operation's, and the mark's text the old one.
CHANGES: list[tuple[str, str, Key, str]] = [
    ("list", "pyproject.toml", (*DEPS, 1), '[project]\ndependencies = ["a", "<pytest-asyncio==0.21>"]\n'),
    (
        "list-lines",
        "pyproject.toml",
        (*DEPS, 1),
        "[project]\ndependencies = [\n  'a', # x\n  '<pytest-asyncio==0.21>', ]",
    ),
    (
        "same-in-comment-above",
        "pyproject.toml",
        (*DEPS, 0),
        '[project]\n# "pytest-asyncio==0.21"\ndependencies = ["<pytest-asyncio==0.21>"] # pytest-asyncio==0.21\n',
    ),
    (
        "same-in-other-table",
        "pyproject.toml",
        (*DEPS, 0),
        '[a]\ndependencies = ["pytest-asyncio==0.21"]\n[project]\ndependencies = ["<pytest-asyncio==0.21>"]\n',
    ),
    (
        "same-in-other-list-of-the-line",
        "pyproject.toml",
        ("project", "optional-dependencies", "b", 0),
        '[project]\noptional-dependencies = {a = ["pytest-asyncio==0.21"], b = ["<pytest-asyncio==0.21>"]}\n',
    ),
    (
        "second-of-equal-entries",
        "pyproject.toml",
        (*DEPS, 1),
        '[project]\ndependencies = [\n"pytest-asyncio==0.21",\n"<pytest-asyncio==0.21>"]\n',
    ),
    (
        "group",
        "pyproject.toml",
        (*GROUP, 1),
        '[dependency-groups]\ndev = [{include-group = "x"}, "<pytest-asyncio==0.21>"]',
    ),
    (
        "marker",
        "pyproject.toml",
        (*DEPS, 0),
        "[project]\ndependencies = [\"<pytest-asyncio==0.21> ; python_version<'4'\"]",
    ),
    ("multi-line-basic", "a.toml", ("x",), 'x = """\npytest-asyncio==0.21.1\n<pytest-asyncio==0.21>\n"""\n'),
    ("part", "pyproject.toml", (*DEPS, 0), '[project]\ndependencies = ["pytest-asyncio[docs]<==0.21>,<2"]\n'),
    (
        "poetry-string",
        "pyproject.toml",
        POETRY,
        '[tool.poetry.dependencies]\na = "^0.21"\npytest-asyncio = "<^0.21>"\n',
    ),
    (
        "poetry-inline-table",
        "pyproject.toml",
        (*POETRY, "version"),
        "[tool.poetry.dependencies]\npytest-asyncio = { version = '<^0.21>', optional = true, source = '^0.21' }\n",
    ),
    (
        "poetry-dotted",
        "pyproject.toml",
        (*POETRY, "version"),
        '[tool.poetry]\ndependencies.pytest-asyncio.version="<^0.21>"',
    ),
    (
        "poetry-table",
        "pyproject.toml",
        (*POETRY, "version"),
        '[tool.poetry.dependencies.pytest-asyncio]\npython = "^0.21"\nversion = "<^0.21>" # ^0.21\n',
    ),
    (
        "poetry-list",
        "pyproject.toml",
        (*POETRY, 1, "version"),
        '[tool.poetry.dependencies]\npytest-asyncio = [{version = "^0.21"}, {version = "<^0.21>"}]\n',
    ),
    ("poetry-any", "pyproject.toml", POETRY, '[tool.poetry.dependencies]\na = "*"\npytest-asyncio = "<*>"\n'),
    ("quoted-key", "pyproject.toml", POETRY, "[tool.poetry.dependencies]\n'pytest-asyncio' = '<^0.21>'\n"),
    ("not-a-number", "a.toml", ("x",), 'y = nan\nx = "<^0.21>"\nz = inf\n'),
    ("pipfile", "sub/Pipfile", ("dev-packages", "pytest-asyncio"), '[dev-packages]\npytest-asyncio = "<==0.21>"\n'),
    (
        "setup-cfg",
        "setup.cfg",
        ("options", "install_requires"),
        "[options]\ninstall_requires =\n  a\n  <pytest-asyncio==0.21>",
    ),
    (
        "setup-cfg-comments",
        "setup.cfg",
        ("options", "install_requires"),
        "[options]\n# pytest-asyncio==0.21\ninstall_requires = a # not pytest-asyncio==0.21\n"
        "  # pytest-asyncio==0.21\n\n  <pytest-asyncio==0.21>  # pytest-asyncio==0.21\n",
    ),
    (
        "setup-cfg-extras",
        "setup.cfg",
        ("options.extras_require", "b"),
        "[options.extras_require]\na = pytest-asyncio==0.21\nB: <pytest-asyncio==0.21> ; python_version < '4'\n",
    ),
    ("setup-cfg-percent", "setup.cfg", ("options", "x"), "[options]\ny = %(z)s %\nx = <pytest-asyncio==0.21>\n"),
    ("setup-cfg-one-line", "setup.cfg", ("options", "x"), "[options]\nx = a; <pytest-asyncio==0.21>; b\n"),
    (
        "ini-duplicates",
        "tox.ini",
        ("a", "deps"),
        "[a]\ndeps = pytest-asyncio==0.21\n[a]\ndeps = <pytest-asyncio==0.21>\n",
    ),
    ("no-value", "tox.ini", ("a", "deps"), "[a]\nbare\ndeps = <pytest-asyncio==0.21>\n"),
    (
        "tox-factors",
        "tox.ini",
        ("testenv", "deps"),
        "[testenv]\ndeps =\n  py39: pytest-asyncio==0.21\n  py310:<pytest-asyncio==0.21>\n  -r pytest-asyncio==0.21\n",
    ),
    (
        "tox-environments",
        "tox.ini",
        ("testenv:b", "deps"),
        "[testenv:a]\ndeps = pytest-asyncio==0.21\n[testenv:b]\ndeps = <pytest-asyncio==0.21>\n",
    ),
    (
        "tox-substitution",
        "tox.ini",
        ("testenv", "deps"),
        "[testenv]\ndeps =\n  {[base]deps}\n  <pytest-asyncio==0.21>\n\t-e .[x]\n",
    ),
    (
        "setup-py",
        "setup.py",
        (),
        'setup(\n  install_requires=["a",\n "<pytest-asyncio==0.21>"],  # pytest-asyncio==0.21\n)\n',
    ),
    (
        "setup-py-tuple",
        "setup.py",
        (),
        "x = 'pytest-asyncio==0.21'\nsetup(tests_require=(r'<pytest-asyncio==0.21>',))\n",
    ),
    (
        "setup-py-extras",
        "setup.py",
        (),
        "setup(extras_require={\n 'a': ['pytest-asyncio==0.21'],\n 'b': ['<pytest-asyncio==0.21>']})\n",
    ),
    ("setup-py-wide", "setup.py", (), "a = ['é', '😀', '<pytest-asyncio==0.21>', f'{x}', 'a' 'b']\n"),
    ("setup-py-warning", "setup.py", (), "a = ['\\d', '<pytest-asyncio==0.21>']\n"),
    ("triple-quoted", "setup.py", (), "a = ['''<pytest-asyncio==0.21>''', b'pytest-asyncio==0.21']\n"),
    ("nox", "noxfile.py", (), "def tests(session):\n    session.install('-U', '<pytest-asyncio==0.21>')\n"),
    (
        "yaml-block",
        ".pre-commit-config.yaml",
        (0, "deps", 1),
        "deps:\n- a # x\n- <pytest-asyncio==0.21> # pytest-asyncio==0.21\n",
    ),
    ("yaml-flow", "a.yml", (0, "deps", 1), "x: pytest-asyncio==0.21\ndeps: [a, <pytest-asyncio==0.21>]\n"),
    ("yaml-quoted", "a.yml", (0, "deps", 0), "deps: ['<pytest-asyncio==0.21>', \"pytest-asyncio==0.21\"]\n"),
    ("yaml-anchor", "a.yml", (0, "a", 0), "a: &x\n- &y <pytest-asyncio==0.21>\nb: *x\nc: [*y]\n"),
    ("yaml-duplicate-key", "a.yml", (0, "a"), "a: b\na: <pytest-asyncio==0.21>\n"),
    ("yaml-documents", "a.yml", (1, "a"), "a: pytest-asyncio==0.21\n---\na: <pytest-asyncio==0.21>\n"),
    (
        "yaml-conda-pip",
        "environment.yml",
        (0, "d", 1, "pip", 0),
        "d:\n- python=3.9\n- pip:\n  - <pytest-asyncio==0.21>\n",
    ),
    ("yaml-conda", "environment.yml", (0, "d", 0), "d:\n- conda-forge::pytest-asyncio<==0.21>\n"),
    (
        "yaml-literal-block",
        "a.yml",
        (0, "run"),
        "run: |\n  # pytest-asyncio==0.21\n  pip install -U <pytest-asyncio==0.21>\n",
    ),
    ("lines", "requirements.txt", (), "a\n<pytest-asyncio==0.21>\nb"),
    ("lines-in", "r/dev.in", (), "pytest-asyncio==0.21\n<pytest-asyncio==0.21>  # pytest-asyncio==0.21"),
    ("lines-any-name", "base", (), "<pytest-asyncio==0.21> ; python_version < '4'\n"),
    ("lines-option", "requirements.txt", (), "<pytest-asyncio==0.21> --config-settings x=pytest-asyncio==0.21\n"),
    ("lines-other-hashed", "requirements.txt", (), "a==1 --hash=sha256:00\n<pytest-asyncio==0.21>\n"),
    ("lines-joined", "requirements.txt", (), "<pytest-asyncio==0.21> \\\n ; python_version < '4'\n"),
    ("lines-part", "requirements.txt", (), "pytest-asyncio[docs]<==0.21>\n"),
    ("lines-commented-backslash", "requirements.txt", (), "# c \\\n<pytest-asyncio==0.21>\n"),
]
STYLES = {"plain": ("", "\n"), "crlf": ("", "\r\n"), "bom": ("\ufeff", "\n"), "bom-crlf": ("\ufeff", "\r\n")}


@pytest.mark.parametrize(("bom", "newline"), STYLES.values(), ids=STYLES)
@pytest.mark.parametrize(("path", "key", "marked"), [case[1:] for case in CHANGES], ids=[case[0] for case in CHANGES])
def test_change_is_exact_and_final(path: str, key: Key, marked: str, bom: str, newline: str) -> None:
    before, old, after = marked_parts(marked)
    line = before.count("\n") + 1
    new = {"*": ">=1.1", "^0.21": "^1.1", "==0.21": ">=1.1,<2"}.get(old, NEW)
    text = f"{bom}{before}{old}{after}".replace("\n", newline)
    changed = f"{bom}{before}{new}{after}".replace("\n", newline)
    assert rewritten(path, text, line, key, old, new) == changed
    assert rewritten(path, changed, line, key, old, new) == changed


def marked_parts(marked: str) -> tuple[str, str, str]:
    """Split at the ``<old>`` mark; a mark begins where one of the texts used here follows."""
    for old in (OLD, "==0.21", "^0.21", "*"):
        before, found, after = marked.partition(f"<{old}>")
        if found:
            return before, old, after
    raise AssertionError(marked)


ELSEWHERE = [
    ("toml-line-of-the-list", "pyproject.toml", (*DEPS, 0), 2, f'[project]\ndependencies = [\n  "{OLD}",\n]\n'),
    ("toml-line-far-away", "pyproject.toml", (*DEPS, 0), 99, f'[project]\ndependencies = [\n  "{OLD}",\n]\n'),
    ("ini-line-of-the-option", "tox.ini", ("a", "deps"), 2, f"[a]\ndeps =\n  b\n  {OLD}\n[b]\ndeps = {OLD}\n"),
    ("yaml-line-of-the-block", "a.yml", (0, "run"), 1, f"run: |\n  a\n  pip install {OLD}\n"),
    ("lines-continued", "requirements.txt", (), 1, f"\\\n{OLD}\n"),
]


@pytest.mark.parametrize(
    ("path", "key", "line", "text"), [case[1:] for case in ELSEWHERE], ids=[c[0] for c in ELSEWHERE]
)
def test_only_place_is_found_from_another_line(path: str, key: Key, line: int, text: str) -> None:
    new = rewritten(path, text, line, key)
    assert [(a, b) for a, b in zip(text.split("\n"), new.split("\n"), strict=True) if a != b] == [
        (next(each for each in text.split("\n") if OLD in each), next(each for each in new.split("\n") if NEW in each))
    ]
    assert rewritten(path, new, line, key) == new


UNCHANGED = [
    ("toml", "pyproject.toml", (*DEPS, 0), 2, f'[project]\ndependencies = ["{NEW}"]\n', OLD, NEW),
    (
        "toml-old-elsewhere",
        "pyproject.toml",
        (*DEPS, 0),
        2,
        f'[project]\ndependencies = ["{NEW}", "{OLD}"]\n',
        OLD,
        NEW,
    ),
    ("toml-old-is-a-part", "a.toml", ("x",), 1, f'x = "{OLD},<2"\n', OLD, f"{OLD},<2"),
    ("toml-new-is-a-part", "a.toml", ("x",), 1, 'x = ">=1"\n', ">=1,<2", ">=1"),
    ("toml-line-moved", "a.toml", ("x",), 1, f'\n\nx = "{NEW}"\n', OLD, NEW),
    ("tox-other-line-has-old", "tox.ini", ("a", "deps"), 3, f"[a]\ndeps =\n  {NEW}\n  {OLD}\n", OLD, NEW),
    ("python", "setup.py", (), 2, f"a = ['{OLD}']\nb = ['{NEW}']\n", OLD, NEW),
    ("yaml", "a.yml", (0, 0), 1, f"- '{NEW}'\n- {OLD}\n", OLD, NEW),
    ("lines", "requirements.txt", (), 2, f"{OLD}\n{NEW} # {OLD}\n", OLD, NEW),
    ("mixed-newlines", "requirements.txt", (), 1, f"{NEW}\r\nb\n", OLD, NEW),
    ("old-is-new", "requirements.txt", (), 1, "a\n", OLD, OLD),
]


@pytest.mark.parametrize(
    ("path", "key", "line", "text", "old", "new"), [case[1:] for case in UNCHANGED], ids=[case[0] for case in UNCHANGED]
)
def test_what_is_done_stays(path: str, key: Key, line: int, text: str, old: str, new: str) -> None:
    assert rewritten(path, text, line, key, old, new) == text


# --- together --------------------------------------------------------------------------------------------------------


def test_equal_requirements_on_two_lines_are_two_operations() -> None:
    text = f"[a]\ndeps =\n  x: {OLD}\n  y: {OLD}\n  z: {OLD}\n"
    operations = [SetRequirement("tox.ini", line, ("a", "deps"), OLD, NEW) for line in (5, 3)]
    new = rewrite_file("tox.ini", text.encode(), operations)
    assert new.decode() == f"[a]\ndeps =\n  x: {NEW}\n  y: {OLD}\n  z: {NEW}\n"
    assert rewrite_file("tox.ini", new, operations) == new


@pytest.mark.parametrize(
    ("path", "section", "key", "text", "after"),
    [
        (
            "tox.ini",
            ("pytest",),
            ("testenv", "deps"),
            f"[pytest]\nx = 1\n[testenv]\ndeps = {OLD}\n",
            f"[pytest]\nx = 1\nasyncio_mode = auto\n[testenv]\ndeps = {NEW}\n",
        ),
        (
            "setup.cfg",
            ("tool:pytest",),
            ("options", "tests_require"),
            f"[tool:pytest]\nx = 1\n[options]\ntests_require = {OLD}\n",
            f"[tool:pytest]\nx = 1\nasyncio_mode = auto\n[options]\ntests_require = {NEW}\n",
        ),
        (
            "pyproject.toml",
            ("tool", "pytest", "ini_options"),
            ("project", "dependencies", 0),
            f'[tool.pytest.ini_options]\nx = "1"\n[project]\ndependencies = ["{OLD}"]\n',
            f'[tool.pytest.ini_options]\nx = "1"\nasyncio_mode = "auto"\n[project]\ndependencies = ["{NEW}"]\n',
        ),
    ],
    ids=["tox.ini", "setup.cfg", "pyproject.toml"],
)
def test_options_and_requirements_of_one_file(path: str, section: tuple[str], key: Key, text: str, after: str) -> None:
    operations = [SetOption(path, section, "asyncio_mode", "auto"), SetRequirement(path, 4, key, OLD, NEW)]
    for order in (operations, operations[::-1]):
        new = rewrite_file(path, text.encode(), order)
        assert new.decode() == after
        assert rewrite_file(path, new, order) == new

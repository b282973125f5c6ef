"""Requirements that are not changed because the result would not be exact, or not what was meant."""

from __future__ import annotations

import pytest

from codemod.errors import FileError, RewriteError
from codemod.operations import EnsureImport, SetOption, SetRequirement
from codemod.rewrite import rewrite_file

OLD, NEW = "pytest-asyncio==0.21", "pytest-asyncio==1.1"
DEPS = ("project", "dependencies")
Key = tuple[str | int, ...]


def rewritten(path: str, text: str, line: int, key: Key = (), old: str = OLD, new: str = NEW) -> str:
    return rewrite_file(path, text.encode(), [SetRequirement(path, line, key, old, new)]).decode()


TWICE = "stands more than once"
ABSENT = "is not there, or cannot be changed"
REFUSED = [
    ("toml-wrong-key", "pyproject.toml", (*DEPS, 1), f'[project]\ndependencies = ["{OLD}"]\n', ABSENT),
    ("toml-other-table", "pyproject.toml", (*DEPS, 0), f'[project]\ndependencies = ["a"]\n[x]\ny = "{OLD}"\n', ABSENT),
    ("toml-only-comment", "a.toml", ("x",), f'x = "a"  # {OLD}\n', ABSENT),
    ("toml-remark-in-string", "a.toml", ("x",), f'x = "a # {OLD}"\n', ABSENT),
    ("toml-key-is-a-table", "a.toml", ("x",), f'x = {{y = "{OLD}"}}\n', ABSENT),
    ("toml-longer-version", "a.toml", ("x",), f'x = "{OLD}.1"\n', ABSENT),
    ("toml-pre-release", "a.toml", ("x",), f'x = "{OLD}rc1"\n', ABSENT),
    ("toml-wildcard", "a.toml", ("x",), f'x = "{OLD}.*"\n', ABSENT),
    ("toml-longer-name", "a.toml", ("x",), f'x = "my-{OLD}"\n', ABSENT),
    ("toml-dotted-name", "a.toml", ("x",), f'x = "my.{OLD}"\n', ABSENT),
    ("toml-escaped", "a.toml", ("x",), 'x = "pytest\\u002Dasyncio==0.21"\n', ABSENT),
    ("toml-twice-in-a-string", "a.toml", ("x",), f'x = "{OLD}; {OLD}"\n', TWICE),
    ("toml-twice-below", "a.toml", ("x",), f'x = """\n{OLD}\n{OLD}"""\n', TWICE),
    ("toml-broken", "a.toml", ("x",), f'x = "{OLD}\n', "line 1: not valid TOML"),
    ("toml-hash", "a.toml", ("x",), f'x = "{OLD} --hash=sha256:00"\n', "hashes"),
    ("pipfile-other-section", "Pipfile", ("packages", "a"), f'[dev-packages]\na = "{OLD}"\n', ABSENT),
    ("pipfile-lock", "Pipfile.lock", ("default", "a"), f'{{"default": {{"a": "{OLD}"}}}}\n', "a lock file"),
    ("uv-lock", "uv.lock", ("a",), f'a = "{OLD}"\n', "a lock file"),
    ("pylock", "x/pylock.dev.toml", ("a",), f'a = "{OLD}"\n', "a lock file"),
    ("conda-lock", "conda-lock.yml", (0, "a"), f"a: {OLD}\n", "a lock file"),
    (
        "ini-wrong-environment",
        "tox.ini",
        ("testenv:b", "deps"),
        f"[testenv:a]\ndeps = {OLD}\n[testenv:b]\ndeps = a\n",
        ABSENT,
    ),
    ("ini-comment-in-value", "tox.ini", ("a", "deps"), f"[a]\ndeps =\n  # {OLD}\n  b\n", ABSENT),
    ("ini-comment-behind", "setup.cfg", ("a", "deps"), f"[a]\ndeps =\n  b # {OLD}\n", ABSENT),
    ("ini-lost-duplicate", "tox.ini", ("a", "deps"), f"[a]\ndeps = {OLD}\ndeps = b\n", ABSENT),
    ("ini-default-section", "tox.ini", ("a", "deps"), f"[DEFAULT]\ndeps = {OLD}\n[a]\n[b]\n", ABSENT),
    ("ini-no-section", "tox.ini", ("a", "deps"), f"deps = {OLD}\n", "line 1: neither a section"),
    ("ini-broken", "tox.ini", ("a", "deps"), f"[a]\ndeps = {OLD}\n= x\n", "line 3: neither a section"),
    ("ini-hash", "tox.ini", ("a", "deps"), f"[a]\ndeps =\n  b\n  {OLD} --hash=sha256:00\n", "hashes"),
    ("python-other-line", "setup.py", (), f"x = 1\ny = ['{OLD}']\n", ABSENT),
    ("python-only-comment", "setup.py", (), f"x = 'a'  # {OLD}\n", ABSENT),
    ("python-concatenated", "setup.py", (), f"x = ['{OLD}' ',<2']\n", ABSENT),
    ("python-concatenated-lines", "setup.py", (), f"x = ['{OLD}'\n  ',<2']\n", ABSENT),
    ("python-f-string", "setup.py", (), f"x = [f'{OLD}']\n", ABSENT),
    ("python-in-f-string", "setup.py", (), f"x = [f\"{{'{OLD}'}}\"]\n", ABSENT),
    ("python-bytes", "setup.py", (), f"x = [b'{OLD}']\n", ABSENT),
    ("python-twice", "setup.py", (), f"x, y = ['{OLD}'], ['{OLD}']\n", TWICE),
    ("python-broken", "setup.py", (), f"x = ['{OLD}'\n", "line 1: '[' was never closed"),
    ("python-lone-return", "setup.py", (), f"x = ['{OLD}']\ry = 1\n", "carriage return"),
    ("yaml-key", "a.yml", (0, "a"), f"{OLD}: a\na: b\n", ABSENT),
    ("yaml-key-beside", "a.yml", (0, "a", OLD), f"a: {{{OLD}: {OLD}.1}}\n", ABSENT),
    ("yaml-comment", "a.yml", (0, "a"), f"a: b # {OLD}\n", ABSENT),
    ("yaml-without-document", "a.yml", ("a",), f"a: {OLD}\n", ABSENT),
    ("yaml-broken", "a.yml", (0, "a"), f"a: [{OLD}\n", "line 2: "),
    ("lines-other-line", "requirements.txt", (), f"a\n{OLD}\n", ABSENT),
    ("lines-comment", "requirements.txt", (), f"# {OLD}\n", ABSENT),
    ("lines-comment-behind", "requirements.txt", (), f"a # {OLD}\n", ABSENT),
    ("lines-option", "requirements.txt", (), f"-r {OLD}\n", ABSENT),
    ("lines-editable", "requirements.txt", (), f"--editable={OLD}\n", ABSENT),
    ("lines-in-settings", "requirements.txt", (), f"a --config-settings {OLD}\n", ABSENT),
    ("lines-hash", "requirements.txt", (), f"{OLD} --hash=sha256:00\n", "hashes"),
    ("lines-hash-below", "requirements.txt", (), f"{OLD} \\\n    --hash=sha256:00\n", "hashes"),
    ("lines-path", "requirements.txt", (), f"./{OLD}\n", ABSENT),
    ("mixed-newlines", "requirements.txt", (), f"{OLD}\r\nb\n", "mixed line endings"),
]


@pytest.mark.parametrize(
    ("path", "key", "text", "reason"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_what_cannot_be_exact_is_refused(path: str, key: Key, text: str, reason: str) -> None:
    with pytest.raises(FileError) as caught:
        rewritten(path, text, 1, key)
    assert caught.value.path == path
    assert reason in caught.value.reason
    assert "\n" not in str(caught.value)
    if reason in (ABSENT, TWICE, "hashes"):
        assert isinstance(caught.value, RewriteError)
        assert caught.value.reason.startswith("line 1: ")


VALUES = [
    ("toml-quote", "a.toml", ("x",), f'x = "{OLD}"\n', OLD, f'{OLD} ; python_version < "4"'),
    ("toml-literal-quote", "a.toml", ("x",), f"x = '{OLD}'\n", OLD, f"{OLD} ; python_version < '4'"),
    ("toml-escape", "a.toml", ("x",), f'x = "{OLD}"\n', OLD, "a\\nb"),
    ("python-quote", "setup.py", (), f"x = ['{OLD}']\n", OLD, f"{OLD} ; python_version < '4'"),
    ("python-more-strings", "setup.py", (), f"x = ['{OLD}']\n", OLD, "a', 'b"),
    ("yaml-plain-comment", "a.yml", (0, 0), f"- {OLD}\n", OLD, "a #b"),
    ("yaml-plain-mapping", "a.yml", (0, 0), f"- {OLD}\n", OLD, "a: b"),
    ("yaml-plain-folded", "a.yml", (0, 0), "- ==0.21\n", "==0.21", ">=1.1"),
    ("yaml-flow-comma", "a.yml", (0, 0), f"[{OLD}]\n", OLD, "a>=1,<2"),
    ("yaml-number", "a.yml", (0, "python"), "python: 3.9\n", "3.9", "3.10"),
    ("yaml-to-number", "a.yml", (0, "python"), "python: ~=3.9\n", "~=3.9", "3.10"),
    ("lines-comment", "requirements.txt", (), f"{OLD}\n", OLD, "a #b"),
    ("lines-newline", "requirements.txt", (), f"{OLD}\n", OLD, "a\nb"),
    ("empty", "requirements.txt", (), f"{OLD}\n", OLD, ""),
    ("blank", "tox.ini", ("a", "b"), f"[a]\nb = {OLD}\n", OLD, " "),
    ("nothing-to-replace", "requirements.txt", (), "\n", "", "a"),
    ("inside-an-operator", "requirements.txt", (), "a===0.21\n", "==0.21", "==1.1"),
    ("inside-an-epoch", "requirements.txt", (), "a==1!0.21\n", "0.21", "1.1"),
    ("name-of-a-constraint", "requirements.txt", (), f"{OLD}\n", "pytest-asyncio", "anyio"),
    ("name-with-extras", "requirements.txt", (), "pytest[x]\n", "pytest", "pytest>=8"),
    ("conda-build", "a.yml", (0, 0), "- pytest=8.0=py_0\n", "pytest=8.0", "pytest=8.2"),
]


@pytest.mark.parametrize(
    ("path", "key", "text", "old", "new"), [case[1:] for case in VALUES], ids=[case[0] for case in VALUES]
)
def test_new_text_that_would_say_something_else_is_refused(path: str, key: Key, text: str, old: str, new: str) -> None:
    with pytest.raises(RewriteError):
        rewritten(path, text, 1, key, old, new)


@pytest.mark.parametrize("path", ["requirements.txt", "setup.py", "tox.ini", "a.toml"])
def test_a_file_that_is_no_utf_8_is_named(path: str) -> None:
    with pytest.raises(FileError, match="line 2: not valid UTF-8"):
        rewrite_file(path, b"# a\n# \xff\n", [SetRequirement(path, 1, (), OLD, NEW)])


def test_a_missing_file_has_no_requirement() -> None:
    with pytest.raises(RewriteError, match="is not there"):
        rewrite_file("requirements.txt", None, [SetRequirement("requirements.txt", 1, (), OLD, NEW)])


def test_a_key_without_value_that_is_continued_is_broken() -> None:
    with pytest.raises(FileError):
        rewritten("tox.ini", f"[a]\nbare\n  x\ndeps = {OLD}\n", 4, ("b", "deps"))


def test_one_refused_requirement_refuses_the_file() -> None:
    first = SetRequirement("requirements.txt", 1, (), OLD, NEW)
    with pytest.raises(RewriteError, match="line 2"):
        rewrite_file(
            "requirements.txt", f"{OLD}\nx\n".encode(), [first, SetRequirement("requirements.txt", 2, (), OLD, NEW)]
        )


def test_code_and_requirements_of_one_file_are_refused() -> None:
    pin = SetRequirement("setup.py", 1, (), OLD, NEW)
    with pytest.raises(RewriteError, match="cannot be edited in this way"):
        rewrite_file("setup.py", f"x = ['{OLD}']\n".encode(), [pin, EnsureImport("setup.py", "os")])


@pytest.mark.parametrize("path", ["requirements.txt", "Pipfile", "a.yml"])
def test_options_of_a_file_without_options_are_refused(path: str) -> None:
    pin = SetRequirement(path, 1, (), OLD, OLD)
    with pytest.raises(RewriteError, match="cannot be edited in this way"):
        rewrite_file(path, b"", [pin, SetOption(path, ("pytest",), "a", "b")])


def test_many_equal_places_are_tried_up_to_a_limit() -> None:
    text = "".join(f'# "{OLD}"\n' for _ in range(600)) + f'x = "{OLD}"\n'
    assert rewritten("a.toml", text, 601, ("x",)).endswith(f'x = "{NEW}"\n')
    assert rewritten("a.toml", text, 600, ("x",)).endswith(f'x = "{NEW}"\n')
    with pytest.raises(RewriteError, match="line 1: "):
        rewritten("a.toml", text, 1, ("x",))

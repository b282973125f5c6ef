"""Words replaced in the values of INI and TOML files, and what is refused."""

from __future__ import annotations

import pytest

from codemod.errors import RewriteError
from codemod.operations import ReplaceWord
from codemod.rewrite import rewrite_file

OLD, NEW = "--asyncio-mode=legacy", "--asyncio-mode=strict"


def edited(path: str, text: str, old: str = OLD, new: str = NEW, key: str = "k", section: tuple[str, ...] = ()) -> str:
    section = section or ({"toml": ("t",)}.get(path.rpartition(".")[2]) or ("t",))
    return rewrite_file(path, text.encode(), [ReplaceWord(path, section, key, old, new)]).decode()


@pytest.mark.parametrize(
    "text",
    [
        "[t]\nk = pytest {} -ra\n",
        "[t]\nk =\n    pytest \\\n        {0}\n    # --asyncio-mode=legacy\n    pytest {0} {{posargs}}\n[u]\nk = 1\n",
        "# c\n[t]\nx = 1\nk: PYTEST_ADDOPTS={}\n",
        "[t]\nk = sh -c 'pytest {}'\n",
        "[t]\nk = {}",
        "[t]\nk = %(here)s {} 100%\n",
    ],
)
def test_word_in_ini(text: str) -> None:
    assert edited("tox.ini", text.format(OLD)) == text.format(NEW)


@pytest.mark.parametrize(
    "text",
    [
        '[t]\nk = "pytest {}"  # why\n',
        "[t]\nk = 'pytest {} -ra'\nl = 1\n",
        '[t]\nk = ["-ra", "{}"]\n',
        '[t]\nk = [\n  ["pytest", "{}"],  # why\n  ["pytest", {{ replace = "posargs" }}, "{}"],\n]\n',
        '[t]\nk = """\n[testenv]\ncommands =\n    pytest {}\n"""\n',
        't.k = "{}"\n',
        't = {{ k = "{}", l = "x" }}\n',
    ],
)
def test_word_in_toml(text: str) -> None:
    text = text.replace("{{", "\1").replace("}}", "\2")
    before, after = (text.replace("{}", each).replace("\1", "{").replace("\2", "}") for each in (OLD, NEW))
    assert edited("pyproject.toml", before) == after


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("tox.ini", "[t]\nk = a --m  legacy -m legacy\n", "[t]\nk = a --m  strict -m legacy\n"),
        ("tox.ini", "[t]\nk =\n  --m\n  legacy\n", "[t]\nk =\n  --m\n  strict\n"),
        ("a.toml", '[t]\nk = "a --m legacy"\n', '[t]\nk = "a --m strict"\n'),
        ("a.toml", '[t]\nk = ["--m", "legacy", "legacy"]\n', '[t]\nk = ["--m", "strict", "legacy"]\n'),
        ("a.toml", '[t]\nk = [\n  "--m",\n  "legacy",\n]\n', '[t]\nk = [\n  "--m",\n  "strict",\n]\n'),
    ],
)
def test_two_words(path: str, before: str, after: str) -> None:
    assert edited(path, before, "--m legacy", "--m strict") == after


def test_line_ends_and_mark_are_kept() -> None:
    assert edited("tox.ini", f"\ufeff[t]\r\nk = {OLD}\r\n") == f"\ufeff[t]\r\nk = {NEW}\r\n"
    assert edited("a.toml", f'\ufeff[t]\r\nk = "{OLD}"\r\n') == f'\ufeff[t]\r\nk = "{NEW}"\r\n'


@pytest.mark.parametrize(
    ("path", "text", "said"),
    [
        ("tox.ini", "[t]\nk = --asyncio-mode=legacy2\n", "has no word"),
        ("tox.ini", "[t]\nk = x--asyncio-mode=legacy\n", "has no word"),
        ("tox.ini", "[t]\nk =\n  # --asyncio-mode=legacy\n  x\n", "has no word"),
        ("tox.ini", "[t]\nl = --asyncio-mode=legacy\n", "has no word"),
        ("tox.ini", "[u]\nk = --asyncio-mode=legacy\n", "has no word"),
        ("tox.ini", "[t]\nk = --asyncio-mode=legacy\r\n  x\n", "mixed line endings"),
        ("a.toml", "[t]\nk = 1\n", "has no word"),
        ("a.toml", '[t]\nk = "x"  # --asyncio-mode=legacy\n', "has no word"),
        (
            "a.toml",
            '[t]\nk = ["--asyncio-mode=legacy",  # not --asyncio-mode=legacy\n]\n',
            "told from its surroundings",
        ),
        ("a.toml", '[t]\nk = "--asyncio-mode=\\u006cegacy"\n', "told from its surroundings"),
        ("a.toml", '[t]\nk = { a = "--asyncio-mode=legacy" }\n', "has no word"),
    ],
)
def test_refused(path: str, text: str, said: str) -> None:
    with pytest.raises(RewriteError, match=said):
        edited(path, text)


@pytest.mark.parametrize("new", ["a b", "", 'x"y', "a\nb", "a\\b", "a#b"])
@pytest.mark.parametrize(("path", "text"), [("tox.ini", "[t]\nk = a\n"), ("a.toml", '[t]\nk = "a"\n')])
def test_only_plain_words_are_written(path: str, text: str, new: str) -> None:
    with pytest.raises(RewriteError, match="not plain words"):
        edited(path, text, "a", new)

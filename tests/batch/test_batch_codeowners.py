from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from codemod.batch.codeowners import Owners, parse_owners, read_owners

if TYPE_CHECKING:
    from pathlib import Path


def owners(text: str, path: str, gitlab: bool = False) -> tuple[str, ...]:
    return Owners(parse_owners(text, gitlab)).of(path)


@pytest.mark.parametrize(
    ("pattern", "yes", "no"),
    [
        ("*", ["a.py", "a/b/c.py"], []),
        ("/*", ["a.py"], ["a/b.py"]),
        ("**", ["a.py", "a/b.py"], []),
        ("*.js", ["x.js", "a/b/x.js"], ["x.jsx", "js"]),
        ("docs/*", ["docs/a.md"], ["docs/build/a.md", "a/docs/a.md", "docs"]),
        ("docs/*.md", ["docs/a.md"], ["docs/b/a.md"]),
        ("docs/", ["docs/a.md", "docs/b/c.md", "x/docs/a.md"], ["docs", "x/docs"]),
        ("/docs/", ["docs/a.md", "docs/b/c.md"], ["x/docs/a.md"]),
        ("/docs", ["docs", "docs/a", "docs/a/b"], ["x/docs", "docs.md"]),
        ("docs", ["docs", "docs/a", "x/docs/a"], ["docsx", "xdocs/a"]),
        ("apps/api", ["apps/api", "apps/api/a.py"], ["x/apps/api/a.py", "apps/apis"]),
        ("**/logs", ["logs/a", "build/logs/a", "a/b/logs"], ["logs.txt"]),
        ("a/**/z", ["a/z", "a/b/z", "a/b/c/z/y.py"], ["a/b/zz", "b/a/z"]),
        ("a/**", ["a/x", "a/b/x"], ["a", "b/a/x"]),
        ("test_?.py", ["test_a.py", "x/test_b.py"], ["test_.py", "test_ab.py"]),
        ("a*b*c", ["abc", "aXbYc", "d/abbc"], ["ab", "ac", "abcd/"[:-1]]),
        (r"my\ file.py", ["my file.py", "a/my file.py"], ["my", "file.py"]),
        (r"lit\*eral", ["lit*eral"], ["litXeral"]),
        (r"back\\slash", ["back\\slash"], ["backslash"]),
        ("Case.py", ["Case.py"], ["case.py"]),
        ("a+(b).py", ["a+(b).py"], ["aab.py"]),
    ],
)
def test_patterns(pattern: str, yes: list[str], no: list[str]) -> None:
    text = f"{pattern} @x"
    assert [path for path in yes if owners(text, path) != ("@x",)] == []
    assert [path for path in no if owners(text, path) == ("@x",)] == []


def test_last_match_wins_and_a_line_without_owners_takes_them_away() -> None:
    text = "* @all @all\n/apps/ @org/octo me@example.com\n/apps/free\n"
    assert owners(text, "a.py") == ("@all",)
    assert owners(text, "apps/a.py") == ("@org/octo", "me@example.com")
    assert owners(text, "apps/free/a.py") == ()


def test_comments_blank_lines_and_line_ends() -> None:
    text = "# * @no\r\n\r\n   \r\n*.py @a # and @not\r\n/x#y @b\r\n"
    assert owners(text, "a.py") == ("@a",)
    assert owners(text, "x#y") == ("@b",)
    assert owners(text, "a.md") == ()


@pytest.mark.parametrize(
    "line", ["!*.py @b", "[ab].py @b", "*.py nobody", "/ @b", "\\", "x\u2028*.py @b", r"\#a.py @b", "a[.py @b"]
)
def test_what_does_not_fit_is_passed_over(line: str) -> None:
    assert owners(f"*.py @a\n{line}\n", "a.py") == ("@a",)


SECTIONS = """
* @default
[Docs] @writers
docs/
*.md @editors
^[Optional Data][2] @data @science
db/
[DOCS]
/docs/api @api
"""


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.py", ("@default",)),
        ("docs/a.txt", ("@default", "@writers")),
        ("x/docs/a.md", ("@default", "@editors")),
        ("docs/api/x.md", ("@default", "@api")),
        ("x/db/a.sql", ("@default", "@data", "@science")),
    ],
)
def test_sections(path: str, expected: tuple[str, ...]) -> None:
    assert owners(SECTIONS, path, gitlab=True) == expected


def test_gitlab_matches_at_any_depth() -> None:
    assert owners("a/b @x", "c/a/b/d.py", gitlab=True) == ("@x",)
    assert owners("/a/b @x", "c/a/b/d.py", gitlab=True) == ()
    assert owners("a/b @x", "c/a/b/d.py") == ()


@pytest.mark.parametrize("first", range(4))
def test_places_in_order(tmp_path: Path, first: int) -> None:
    places = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"]
    for number, place in list(enumerate(places))[first:]:
        (tmp_path / place).parent.mkdir(exist_ok=True)
        (tmp_path / place).write_text(f"* @{number}\n")
    found = read_owners(tmp_path)
    assert (found.path, found.of("a")) == (places[first], (f"@{first}",))


def test_sections_make_a_file_gitlabs_but_not_in_githubs_folder(tmp_path: Path) -> None:
    (tmp_path / "CODEOWNERS").write_text("* @a\n[B] @b\n*.py\n")
    assert read_owners(tmp_path).of("x.py") == ("@a", "@b")
    (tmp_path / ".github").mkdir()
    (tmp_path / "CODEOWNERS").rename(tmp_path / ".github/CODEOWNERS")
    assert read_owners(tmp_path).of("x.py") == ()


def test_without_a_file(tmp_path: Path) -> None:
    assert read_owners(tmp_path) == Owners()
    assert Owners().of("a.py") == ()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text("* @other\n")
    (tmp_path / "repo").mkdir()
    (tmp_path / "repo/CODEOWNERS").symlink_to(tmp_path / "elsewhere")
    found = read_owners(tmp_path / "repo")
    assert found.of("a.py") == ()
    assert "link" in found.problem


def test_bytes_of_any_kind(tmp_path: Path) -> None:
    (tmp_path / "CODEOWNERS").write_bytes(b"\xef\xbb\xbf*.py @a\n\xff\xfe @b\n\0\n\x85 @c")
    assert read_owners(tmp_path).of("x.py") == ("@a",)


def test_hostile_patterns_take_no_time() -> None:
    text = "".join(f"/{'**/a*' * 12}*{'a*' * 30}b @x\n" for _ in range(50))
    started = time.monotonic()
    assert owners(text, "/".join(["a" * 60] * 40)) == ()
    assert time.monotonic() - started < 30

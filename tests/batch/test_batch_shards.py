from __future__ import annotations

import random
import re
from dataclasses import replace
from itertools import chain

import pytest

from codemod.batch.codeowners import Owners, parse_owners
from codemod.batch.records import FilePatch, Result, Status
from codemod.batch.shards import NOBODY, Per, Shard, cut
from codemod.batch.slugs import slugs


def patch(path: str, rules: tuple[str, ...] = ("LM201",), part: int = 0) -> FilePatch:
    return FilePatch(path, FilePatch.encoded(path.encode()), 1, 1, rules, part)


def result(project: str, folder: str, *files: FilePatch) -> Result:
    return Result(project, folder, Status.CHANGED if files else Status.CLEAN, files=files)


RESULTS = (
    result(
        "mono/a",
        "a",
        patch("a/tests/conftest.py", ("LM201", "LM301")),
        patch("a/tests/test_a.py", ("LM301",)),
        patch("a/tests/test_b.py", ("LM304",), 1),
    ),
    result("mono/b", "b", patch("b/pytest.ini", ("LM101",)), patch("b/docs/conftest.py", ("LM304",), 1)),
    result("mono/c", "c"),
    result("mono", "", patch("tests/conftest.py", ("LM304",))),
    result("other", "", patch("tests/conftest.py", ("LM304",))),
)
OWNERS = {"mono": Owners(parse_owners("/a/ @a\n/a/tests/test_a.py @z @a\n/b/ @b\n/b/docs/ @a\n"))}


def names(shards: tuple[Shard, ...]) -> dict[str, list[str]]:
    return {shard.name: [file.path for file in shard.files] for shard in shards}


def test_by_project() -> None:
    assert names(cut(RESULTS, "project", {})) == {
        "mono": ["tests/conftest.py"],
        "mono/a": ["a/tests/conftest.py", "a/tests/test_a.py", "a/tests/test_b.py"],
        "mono/b": ["b/docs/conftest.py", "b/pytest.ini"],
        "other": ["tests/conftest.py"],
    }


def test_by_owner() -> None:
    shards = cut(RESULTS, "owner", OWNERS)
    assert names(shards) == {
        f"mono: {NOBODY}": ["tests/conftest.py"],
        "mono: @a": ["a/tests/test_b.py", "b/docs/conftest.py"],
        "mono: @a, @z": ["a/tests/conftest.py", "a/tests/test_a.py"],
        "mono: @b": ["b/pytest.ini"],
        f"other: {NOBODY}": ["tests/conftest.py"],
    }
    assert [shard.projects for shard in shards if shard.name == "mono: @a"] == [("mono/a", "mono/b")]
    assert [shard.slug for shard in shards] == ["mono-nobody", "mono-a", "mono-a-z", "mono-b", "other-nobody"]


def test_by_rule() -> None:
    shards = cut(RESULTS, "rule", {})
    assert names(shards) == {
        "mono: LM101": ["b/pytest.ini"],
        "mono: LM201, LM301": ["a/tests/conftest.py", "a/tests/test_a.py"],
        "mono: LM304": ["a/tests/test_b.py", "b/docs/conftest.py", "tests/conftest.py"],
        "other: LM304": ["tests/conftest.py"],
    }
    assert [shard.rules for shard in shards][:2] == [("LM101",), ("LM201", "LM301")]


def test_by_file() -> None:
    assert names(cut(RESULTS, "file", {})) == {
        "mono: a/tests/conftest.py, a/tests/test_a.py": ["a/tests/conftest.py", "a/tests/test_a.py"],
        "mono: a/tests/test_b.py": ["a/tests/test_b.py"],
        "mono: b/docs/conftest.py": ["b/docs/conftest.py"],
        "mono: b/pytest.ini": ["b/pytest.ini"],
        "mono: tests/conftest.py": ["tests/conftest.py"],
        "other: tests/conftest.py": ["tests/conftest.py"],
    }


@pytest.mark.parametrize("per", Per)
def test_nothing_is_lost_doubled_or_divided_and_order_does_not_matter(per: Per) -> None:
    shards = cut(RESULTS, per, OWNERS)
    assert sorted((s.checkout, f.path) for s in shards for f in s.files) == sorted(
        (each.project.partition("/")[0], f.path) for each in RESULTS for f in each.files
    )
    for each in RESULTS:
        for part in {f.part for f in each.files}:
            files = {f for f in each.files if f.part == part}
            assert sum(files <= {*s.files} for s in shards if each.project in s.projects) == 1
    shuffled = list(RESULTS)
    random.Random(1).shuffle(shuffled)
    assert cut(shuffled, per, OWNERS) == shards
    assert len({shard.slug for shard in shards}) == len(shards)


def waiting(project: str, folder: str, path: str, *files: FilePatch) -> Result:
    """Return a result whose changes need a pin in ``path`` (as the project sees it) to move."""
    report = {"findings": [{"code": "LM503", "location": {"path": path, "line": 1, "column": 1}}]}
    return replace(result(project, folder, *files), report=report)


PINNED = (
    result("mono", "", patch("pyproject.toml", ("LM501",)), patch("tests/test_top.py", ("LM304",), 1)),
    waiting("mono/a", "a", "../pyproject.toml", patch("a/test_a.py", ("LM301",)), patch("a/b/test_b.py", (), 1)),
    waiting("mono/c", "c", "../lock.txt", patch("c/test_c.py", ("LM301",))),
    waiting("mono/d", "d", "../pyproject.toml"),
    waiting("other/a", "a", "../pyproject.toml", patch("a/test_a.py", ("LM301",))),
)
"""A project whose pin two others wait for, of which one changes; others wait for what nobody here edits."""


def test_what_waits_for_a_pin_moves_with_it() -> None:
    shards = cut(PINNED, "project", {})
    assert names(shards) == {
        "mono/c": ["c/test_c.py"],
        "mono, mono/a": ["a/b/test_b.py", "a/test_a.py", "pyproject.toml", "tests/test_top.py"],
        "other/a": ["a/test_a.py"],
    }
    assert [shard.projects for shard in shards] == [("mono", "mono/a"), ("mono/c",), ("other/a",)]
    assert [shard.slug for shard in shards] == ["mono-mono-a", "mono-c", "other-a"]
    assert cut(PINNED[::-1], "project", {}) == shards


def test_what_does_not_wait_for_it_stays_apart() -> None:
    owners = {"mono": Owners(parse_owners("*.toml @top\n/a/ @a\n"))}
    assert names(cut(PINNED[:2], "owner", owners)) == {
        "mono: @a, @top": ["a/b/test_b.py", "a/test_a.py", "pyproject.toml"],
        f"mono: {NOBODY}": ["tests/test_top.py"],
    }
    assert names(cut(PINNED[:2], "rule", {})) == {
        "mono: LM301, LM501": ["a/b/test_b.py", "a/test_a.py", "pyproject.toml"],
        "mono: LM304": ["tests/test_top.py"],
    }


def test_many_files_are_one_part_with_a_short_name() -> None:
    files = tuple(patch(f"tests/test_{number}.py") for number in range(300))
    other = tuple(patch(f"tests/test_{number}.py", (), 1) for number in range(300, 600))
    (one, two) = cut([result("mono", "", *files, *other)], "file", {})
    assert one.name == "mono: tests/test_0.py, tests/test_1.py, tests/test_10.py and 297 more"
    assert len(one.slug) <= 80
    assert one.slug != two.slug


def test_names_that_say_the_same_are_told_apart() -> None:
    shards = cut(
        [
            result("m", "", patch("a, b"), patch("a", (), 1), patch("x", (), 2), patch("a: x", (), 3)),
            result("m: a", ""),
        ],
        "file",
        {},
    )
    assert len({shard.slug for shard in shards}) == len(shards) == 4


def test_nothing_to_cut() -> None:
    assert cut([result("a", "")], "owner", {}) == ()
    with pytest.raises(ValueError, match="team"):
        cut([], "team", {})


# --- slugs -----------------------------------------------------------------------------------------------------------


def slug(*words: str) -> str:
    return slugs([words])[words]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("payments/services/api", "payments-services-api"),
        ("Mono_Repo v1.2", "mono-repo-v1.2"),
        ("a", "a"),
    ],
)
def test_plain_names_stay(name: str, expected: str) -> None:
    assert slug(name) == expected


HOSTILE = [
    *("", ".", "..", "...", "/", "-", "--help", "-rf", ".git", ".hidden", "../../etc/passwd", "a/../b", "a..b"),
    *(
        "con",
        "CON",
        "nul.txt",
        "com1",
        "LPT9.tar.gz",
        "aux",
        "x.lock",
        "a.lock/b",
        "x.",
        "x ",
        "x\n",
        "x\0y",
        "x\x1b[31m",
    ),
    *("é", "K", "名前", "\udcff", "\u202egpj", "a" * 500, "a/" * 300, "'; rm -rf ~", "$(x)", "%n", "a:b", "C:\\x", "~"),
    *("a-0123456789", "@{u}", "x^y", "a?b", "a*b", "[x]", "HEAD"),
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names(name: str) -> None:
    found = slug(name)
    assert re.fullmatch(r"[a-z0-9](?:[a-z0-9.-]{0,78}[a-z0-9])?", found)
    assert ".." not in found
    assert not found.endswith(".lock")
    assert not re.match(r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", f"{found}.patch")
    assert not re.fullmatch(r"(con|prn|aux|nul|com\d|lpt\d)", found)


def test_slugs_are_unique_and_do_not_depend_on_order() -> None:
    names = [(name,) for name in dict.fromkeys([*HOSTILE, "a/b", "a-b", "A_b", "a b", "x y", "x-y"])]
    found = slugs(names)
    assert len({*found.values()}) == len(names)
    assert slugs(reversed(names)) == found


def test_a_name_that_looks_hashed_cannot_take_anothers_place() -> None:
    first = slug("a!b")
    found = slugs([("a!b",), (first,)])
    assert found[("a!b",)] == first
    assert found[(first,)] != first


def test_equal_hashes_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("codemod.batch.slugs._HASH", 0)
    found = slugs([("é",), ("ü",)])
    assert len({*found.values()}) == 2


def test_words_are_joined() -> None:
    assert slug("mono", "@org/team", "LM201") == "mono-org-team-lm201"
    several = slugs(chain([("a", "b c"), ("a b", "c")]))
    assert len({*several.values()}) == 2

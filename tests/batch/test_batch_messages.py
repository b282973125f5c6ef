"""Commit messages and the bodies of pull requests."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from batch_samples import TEXTS, by_name, git, hostile, looked_at, shard
from markdown_it import MarkdownIt

from codemod.batch.outputs.body import MOST_BYTES, pull_request
from codemod.batch.outputs.message import commit_message, subject
from codemod.batch.outputs.overview import summary_md

if TYPE_CHECKING:
    from pathlib import Path

    from codemod.batch.records import FilePatch, Result

READER = MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")


# --- commit messages -------------------------------------------------------------------------------------------------


def test_message_of_a_project(results: list[Result]) -> None:
    batch = looked_at(results)
    text = commit_message(batch, batch.shards[1])
    assert text.startswith(
        "Keep on 1.5.0 who shares a loop on 0.21.2, and 1 more in services/old\n"
        "\n"
        "- keep on 1.5.0 who shares a loop on 0.21.2\n"
        "- raise pytest-asyncio, and pytest with it\n"
        "\n"
        "Projects:\n"
        "- mono/services/old\n"
        "  pytest-asyncio 0.21.2 to 1.5.0\n"
        "\n"
        "- LM400: who shares a loop is decided by an old pytest-asyncio. "
    )
    assert "attached to a different loop`" in " ".join(text.split())
    assert "- LM401: " in text
    assert "- LM501: " in text


def test_message_says_what_has_to_be_done_by_hand_first(results: list[Result]) -> None:
    old = by_name(results, "services/old")
    pin = next(each for each in old.report["findings"] if each["code"] == "LM501")
    place = {"path": "Dockerfile", "line": 1, "column": 1}
    held = {**pin, "code": "LM503", "id": "LM503-1", "location": place}
    one = replace(old, report={**old.report, "findings": [*old.report["findings"], held]})
    batch = looked_at([one])
    said = "  pytest-asyncio 0.21.2 to 1.5.0, once its requirements are raised by hand\n"
    assert said in commit_message(batch, batch.shards[0])


def test_message_of_several_projects(results: list[Result]) -> None:
    both = [by_name(results, "services/api"), by_name(results, "services/old")]
    batch = looked_at(results, [shard(*both, slug="all")])
    assert subject(batch, batch.shards[0]).endswith(", and 2 more in 2 projects")


def test_message_of_one_remedy_says_it_once_and_where(results: list[Result]) -> None:
    one = by_name(results, "services/api")
    report = one.report | {"remedies": [{**one.report["remedies"][0], "title": "share one loop"}]}
    folder = "services/" * 7 + "api"
    batch = looked_at([replace(one, project=f"mono/{folder}", folder=folder, report=report, files=_below(folder, one))])
    text = commit_message(batch, batch.shards[0])
    assert text.startswith("Share one loop in api\n\nProjects:\n")


def _below(folder: str, one: Result) -> tuple[FilePatch, ...]:
    return tuple(replace(file, path=file.path.replace(one.folder, folder, 1)) for file in one.files)


def test_a_subject_that_is_too_long_is_cut_between_words(results: list[Result]) -> None:
    one = by_name(results, "services/api")
    title = "isolate: run tests and fixtures on function loops and drop the wide cache scope of what is bound"
    report = one.report | {"remedies": [{**one.report["remedies"][0], "title": title}]}
    batch = looked_at([replace(one, report=report)])
    assert subject(batch, batch.shards[0]) == "Run tests and fixtures on function loops and drop the wide cache scope …"


@pytest.mark.parametrize("bad", [False, True])
def test_form_of_messages(results: list[Result], mono: Path, bad: bool) -> None:
    found = [hostile(one) if bad and one.files else one for one in results]
    batch = looked_at(found, [shard(one, slug=str(number)) for number, one in enumerate(found) if one.files])
    for each in batch.shards:
        text = commit_message(batch, each)
        assert all(len(line) <= 72 for line in text.splitlines())
        assert re.fullmatch(r"[A-Z][^\n]*[^.\n]", text.partition("\n\n")[0])
        assert text.replace("…", ".").isascii()
        assert not re.search(r"[@#<>:]\w|\x1b|(?i:fixes|closes) ", text.partition("\n- LM")[0])
        assert git(mono, "interpret-trailers", "--parse", stdin=text.encode()) == b""


# --- pull requests ---------------------------------------------------------------------------------------------------


def test_body_of_a_project(results: list[Result]) -> None:
    batch = looked_at(results)
    text = pull_request(batch, batch.shards[1])
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        "### What",
        "### Why",
        "### Files",
        "### Projects",
        "### Tests",
        "### Undo",
    ]
    assert "- Raise pytest-asyncio, and pytest with it.\n" in text
    assert "- `LM501` (1 finding): a requirement keeps out the pytest-asyncio version to go to" in text
    assert "| `services/old/requirements-test.txt` | 1 | 1 | `LM501` |\n" in text
    assert (
        "| `mono/services/old` | `0.21.2` → `1.5.0` | `services/old/requirements-test.txt:2` | `preserve` |\n" in text
    )
    assert "The tests were not run." in text
    assert "- `loopmend verify services/old`\n" in text
    assert "`git apply -R services-old.patch`" in text


def test_body_says_what_is_left(results: list[Result]) -> None:
    one = by_name(results, "services/api")
    other = by_name(results, "libs/seeded rows")
    batch = looked_at(results, [shard(one, other, slug="both")])
    text = pull_request(batch, batch.shards[0])
    assert "### Left to do" in text
    assert "| `libs/seeded rows/conftest.py:9` | `LM201` | needs `--unsafe` | `connection` (asyncpg connection)" in text
    assert "- `loopmend verify 'libs/seeded rows'`" in text


def test_commands_of_a_body_repeat_the_options(results: list[Result]) -> None:
    batch = looked_at(results, repeat=("--target", "1.2.0", "--unsafe"))
    assert "- `loopmend verify --target 1.2.0 --unsafe services/old`\n" in pull_request(batch, batch.shards[1])


def test_a_note_names_the_project_where_there_are_others(results: list[Result]) -> None:
    one, other = by_name(results, "services/api"), by_name(results, "services/old")
    noted = [
        replace(one, report=one.report | {"notes": ["of all", "of one"]}),
        replace(other, report=other.report | {"notes": ["of all"]}),
    ]
    batch = looked_at(noted, [shard(*noted, slug="both")])
    assert "- of all\n- `mono/services/api`: of one\n" in pull_request(batch, batch.shards[0])


def test_what_unsafe_did_not_release_is_left_to_a_person(results: list[Result]) -> None:
    batch = looked_at(results, unsafe=True)
    assert [each.state for one in batch.projects for each in one.left] == ["by hand"]


EVIDENCE = "### Evidence from the tests\n\n**Better: 3 tests fixed.**\n\nThe suite ran.\n"


def test_body_with_evidence(results: list[Result]) -> None:
    one = replace(by_name(results, "services/api"), evidence={"verdict": "better"}, evidence_markdown=EVIDENCE)
    batch = looked_at([one])
    text = pull_request(batch, batch.shards[0])
    assert EVIDENCE in text
    assert "not run" not in text
    assert "of which this patch is a part" not in text
    assert batch.verified(batch.shards[0]) == "verified"
    part = looked_at([one], [shard(one, files=one.files[:1])])
    assert "of which this patch is a part" in pull_request(part, part.shards[0])


def test_evidence_of_some_of_the_projects(results: list[Result]) -> None:
    one = replace(by_name(results, "services/api"), evidence={"verdict": "same"}, evidence_markdown=EVIDENCE)
    other = by_name(results, "services/old")
    batch = looked_at([one, other], [shard(one, other, slug="both")])
    text = pull_request(batch, batch.shards[0])
    assert f"**`mono/services/api`**\n\n{EVIDENCE}\n### Tests\n\nThe tests were not run." in text
    assert "verify services/old" in text
    assert "verify services/api" not in text
    assert batch.verified(batch.shards[0]) == "verified 1 of 2"


def test_long_evidence_is_cut_at_a_block_that_is_whole(results: list[Result]) -> None:
    table = "| a |\n| --- |\n" + "| `x` |\n" * 40
    blocks = [*EVIDENCE.strip().split("\n\n"), *[table] * 200, "<details><summary>x</summary>\n\ny\n\n</details>"]
    one = by_name(results, "services/api")
    one = replace(one, evidence={"verdict": "better"}, evidence_markdown="\n\n".join(blocks) + "\n")
    batch = looked_at([one])
    text = pull_request(batch, batch.shards[0])
    assert len(text.encode()) <= MOST_BYTES
    assert "**Better: 3 tests fixed.**" in text
    assert "<details>" not in text
    assert "The rest is too long; `loopmend verify services/api` shows it." in text


def test_a_huge_shard_fits(results: list[Result]) -> None:
    one = replace(by_name(results, "services/api"), evidence={"verdict": "same"}, evidence_markdown=EVIDENCE * 900)
    report = one.report | {
        "findings": [
            {**finding, "id": f"{finding['id']}-{number}", "message": "word " * 100}
            for finding in one.report["findings"]
            for number in range(100)
        ],
        "notes": [f"note {number} " * 30 for number in range(100)],
    }
    many = [
        replace(
            one,
            project=f"mono/{'x' * 150}{number}",
            folder=f"{'x' * 150}{number}",
            report=report,
            files=tuple(replace(file, path=f"{number}/{file.path}{'y' * 150}") for file in one.files),
        )
        for number in range(100)
    ]
    batch = looked_at(many, [shard(*many, slug="all")])
    text = pull_request(batch, batch.shards[0])
    assert 10_000 < len(text.encode()) <= MOST_BYTES
    assert "more" in text
    assert len(commit_message(batch, batch.shards[0])) < 10_000


def test_text_of_a_repository_does_nothing_on_a_forge(results: list[Result]) -> None:
    found = [hostile(one) if one.files else one for one in results]
    batch = looked_at(found, [shard(one, slug=str(number)) for number, one in enumerate(found) if one.files])
    for text in (*(pull_request(batch, each) for each in batch.shards), summary_md(batch)):
        assert "\x1b" not in text
        assert "\u202e" not in text
        tokens = [inner for token in READER.parse(text) for inner in (token.children or [token])]
        assert not {"html_block", "html_inline", "link_open", "image", "strong_open"} & {token.type for token in tokens}
        plain = " ".join(token.content for token in tokens if token.type == "text")
        assert not re.search(r"[@#]\w|https?:|GH-\d", plain)


def test_texts_of_rules_can_stand_in_a_body() -> None:
    for code, text in TEXTS.items():
        tokens = READER.parseInline(f"{code}: {text.summary}. {text.why}")[0].children or []
        assert {token.type for token in tokens} <= {"text", "code_inline"}, code
        assert not re.search(r"[@#]\w|https?:", "".join(t.content for t in tokens if t.type == "text")), code
        assert text.why.endswith((".", "`")), code

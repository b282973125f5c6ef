from __future__ import annotations

from dataclasses import replace

import evidence_samples as samples
import pytest
from evidence_samples import evidence, run
from markdown_it import MarkdownIt

from codemod.evidence import Comparison, Disagreement, End, Evidence, RolledBack, SuiteRun, TestRun, Tried, Verdict
from codemod.report.evidence_markdown import MOST_BYTES, bug_report, render

READER = MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")


def text(*projects: Evidence) -> str:
    return render(projects)


BETTER = """\
### Evidence from the tests

**Better: 3 tests fixed, 11 leaks gone, nothing got worse.**

The suite ran as `python -m pytest -q tests` in 5 runs, after the change with `pytest==8.4.2`, `pytest-asyncio==1.5.0` \
laid over the environment.

|  | before | after |
| --- | ---: | ---: |
| passed | 412 | 415 |
| failed | 3 | 0 |
| leaks | 11 | 0 |
| time | 38 s | 36 s (0.94 times as long) |
| loops created | 415 | 1 |
| loops used | 412 tests on 1 shared loop, 3 tests on a loop of their own | 415 tests on 1 shared loop |
| python | `3.12.4` | `3.12.4` |
| pytest | `7.4.4` | `8.4.2` |
| pytest-asyncio | `0.21.2` | `1.5.0` |
| anyio |  | `4.4.0` |
| asyncio mode | `strict` | `auto` |

**1 change rolled back**

| rule | change | why |
| --- | --- | --- |
| `LM204` | close the client of `tests/ws/conftest.py` | broke `tests/test_ws.py::test_reconnect` |

**3 changed outcomes**

| test |  | before | after | why |
| --- | --- | --- | --- | --- |
| `tests/test_a.py::test_connect` | fixed | failed | passed | `before: call: RuntimeError: Event loop is closed` |
"""


def test_better() -> None:
    shown = text(samples.better())
    assert shown.startswith(BETTER)
    assert "| `LM200` | give `db0` the loop of its tests |" in shown
    assert "830 loops seen, all as predicted.\n\n- plugin anyio is active too\n" in shown


def test_worse() -> None:
    shown = text(samples.worse())
    assert "| `tests/test_a.py::test_2` | no longer run | passed | skipped |  |" in shown
    assert "| `tests/test_a.py::test_4` | vanished | passed | not run |  |" in shown
    assert "Worse whichever change is left out, so look at the versions first: 1 test newly failing" in shown
    assert "<details>" not in shown


def test_a_hang_names_its_test() -> None:
    shown = text(samples.hung())
    assert "- after: the run was stopped at its limit, after 600 s, in `tests/test_a.py::test_1`\n" in shown
    assert "as long" not in shown


def test_nothing_ran() -> None:
    shown = text(samples.unproven())
    assert "**Unproven: no test ran that could tell whether the change is right.**" in shown
    assert "loops" not in shown
    assert "ModuleNotFoundError" not in shown


def test_nothing_to_change() -> None:
    shown = text(samples.unchanged())
    assert "|  | suite |\n| --- | ---: |\n| passed | 2 |\n| failed | 1 |\n" in shown
    assert "| `tests/test_a.py::test_bad` | failed | `call: assert 1 == 2` |" in shown


def test_no_path_of_this_machine_is_shown() -> None:
    assert "/home/me" not in text(replace(samples.better(), root="/home/me/x", interpreter="/home/me/python"))


def test_long_tables_are_folded_away() -> None:
    shown = text(samples.huge(11))
    assert "<details><summary>11 changed outcomes</summary>\n\n| test |" in shown
    assert shown.count("<details>") == shown.count("</details>") == 5
    tokens = READER.parse(shown)
    assert sum(token.type == "table_open" for token in tokens) == 7


def test_strategies_are_a_table() -> None:
    shown = text(samples.disagreeing())
    assert "| **`isolate`** | 415 | 36 s | 24 | better | most tests pass |" in shown
    assert "| `preserve` | not run |  | 0 | unchanged | it changes nothing |" in shown
    assert "loopmend predicted 1 of 4 loops wrongly. That is a defect of loopmend, not of the suite." in shown


def test_a_suite_that_was_not_run() -> None:
    never = SuiteRun(End.NOT_STARTED, None, 0)
    assert render([Evidence(".", "", "", Verdict.UNCHANGED, never, notes=("why",))]) == (
        "### Evidence from the tests\n\n**Unchanged: nothing to change; the suite was not run.**\n\n- why\n"
    )


def test_nothing_is_said_that_is_empty() -> None:
    bare = Evidence(".", "", "", Verdict.SAME, run(loops=0, versions=(), mode=""), None, Comparison())
    assert text(bare) == (
        "### Evidence from the tests\n\n**The same: no test got better or worse.**\n\n"
        "|  | suite |\n| --- | ---: |\n| passed | 0 |\n| failed | 0 |\n| time | 36 s |\n"
    )


# --- bounds ----------------------------------------------------------------------------------------------------------


def test_thousands_of_changes_fit_a_pull_request() -> None:
    shown = text(samples.huge())
    assert 5_000 < len(shown.encode()) <= MOST_BYTES
    assert "5000 changed outcomes" in shown
    assert "more.\n" in shown
    assert len(bug_report(samples.huge()).encode()) <= MOST_BYTES


def test_many_projects_fit_a_pull_request() -> None:
    shown = text(*(replace(samples.better(), root=f"p{number}") for number in range(100)))
    assert len(shown.encode()) <= MOST_BYTES
    left = 100 - shown.count("### Evidence from the tests of `p")
    assert shown.endswith(f"\n\n… and {left} more projects.\n")
    assert 0 < left < 100


@pytest.mark.parametrize("character", ["\U0001f600", "\x1b", "`", "|", "@a "])
def test_huge_texts_everywhere_fit_a_pull_request(character: str) -> None:
    long = character * 10_000
    one = TestRun(long, samples.Outcome.FAILED, (samples.Phase("call", samples.Outcome.FAILED, 1, long),))
    versions = tuple((f"{number}{long}", long) for number in range(60))
    many = evidence(
        Verdict.WORSE,
        run(versions=versions, unfinished=(long,) * 9, mode=long),
        run(one, versions=versions, mode=long),
        root=long,
        command=long,
        comparison=Comparison(
            (samples.TestChange(long, samples.Change.BROKEN, None, one),) * 9,
            0,
            ((long, 1, 2),) * 9,
            (long,) * 9,
            (long,),
            long,
        ),
        requirements=(long,) * 60,
        kept=((long, long),) * 9,
        rolled_back=(RolledBack(long, long, (long,) * 9),) * 9,
        tried=(Tried(long, 1, 1, 1, long, True, long),) * 9,
        disagreements=(Disagreement(long, long, long, long, (long,) * 99),) * 9,
        blamed=long,
        notes=(long,) * 9,
        strategy=long,
    )
    assert len(text(many).encode()) <= MOST_BYTES
    assert "changed outcomes" in text(many)
    assert len(text(many, many).encode()) <= MOST_BYTES
    assert len(bug_report(many).encode()) <= MOST_BYTES


# --- hostile text ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shown", [text(samples.hostile(), samples.hostile()), bug_report(samples.hostile())])
def test_no_text_of_a_project_is_markdown(shown: str) -> None:
    tokens = [inner for token in READER.parse(shown) for inner in (token.children or [token])]
    outside = "".join(token.content for token in tokens if token.type not in ("code_inline", "fence"))
    assert not set(outside) & set("@#<>[]`\\*\x1b")
    assert {token.type for token in tokens} & {"html_block", "html_inline", "link_open", "image", "hr"} == set()
    assert shown.isprintable() or all(line.isprintable() for line in shown.split("\n"))
    assert all("script" in token.content for token in tokens if "@team" in token.content)


def test_only_our_words_are_folded_under() -> None:
    many = replace(samples.hostile(), kept=samples.hostile().kept * 20)
    blocks = [token.content.strip() for token in READER.parse(text(many)) if token.type == "html_block"]
    assert blocks == ["<details><summary>20 changes kept</summary>", "</details>"]


# --- the bug report --------------------------------------------------------------------------------------------------

REPORT = """\
| python | `3.12.4` | `3.12.4` |
| pytest | `8.4.2` | `8.4.2` |
| pytest-asyncio | `1.5.0` | `1.5.0` |
| anyio | `4.4.0` | `4.4.0` |
| asyncio mode | `auto` | `auto` |

Strategy: `isolate`

In the run `after`, `tests/test_a.py::test_0`

- predicted: `shares its loop with db`
- seen: `has a loop of its own`

```text
fixture db in tests/conftest.py: scope session, loop_scope unset
asyncio_default_fixture_loop_scope unset
```
"""


def test_the_bug_report() -> None:
    shown = bug_report(samples.disagreeing())
    assert shown.startswith(
        "### A loop was predicted wrongly\n\n|  | before | after |\n| --- | ---: | ---: |\n| loopmend |"
    )
    assert shown.endswith(REPORT)


def test_there_is_nothing_to_report_where_all_agrees() -> None:
    assert bug_report(samples.better()) == ""

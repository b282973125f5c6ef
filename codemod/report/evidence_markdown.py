"""The evidence for the body of a pull request, and the text of a bug report where a loop was predicted wrongly.

Both are read on a forge, by people who trust neither the project nor us: see gfm.py for how its text is kept harmless.
"""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING, TypeVar

from codemod import __version__
from codemod.evidence import End
from codemod.report import evidence_words as words
from codemod.report.escape import clip
from codemod.report.gfm import LEVELS, bounded_table, code, details, fence, fitting, joined, prose, table
from codemod.report.summary import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from codemod.evidence import Disagreement, Evidence, RolledBack, SuiteRun, Tried

_Item = TypeVar("_Item")

MOST_BYTES = 60_000
"""GitHub refuses a body of more than 65,536 characters; what is around the evidence needs room too."""

_FOLDED = 10
"""Longer lists are folded away."""

_VERSIONS = 20
_REQUIREMENTS = 10
_FACTS = 40
_REPORTED = 5
"""Disagreements in one bug report: what is wrong in ten places is most often one thing."""

_SHORT = 60
"""Characters shown of a name or a version."""


def render(projects: Iterable[Evidence]) -> str:
    """Return the evidence of some projects as Markdown of at most ``MOST_BYTES`` bytes that ends in a newline."""
    evidences = list(projects)
    titled = len(evidences) > 1
    text = fitting(lambda most: joined(_project(one, most, titled=titled) for one in evidences), MOST_BYTES)
    if len(text.encode()) <= MOST_BYTES:
        return text
    return _first([_project(one, LEVELS[-1], titled=titled) for one in evidences])


def bug_report(evidence: Evidence) -> str:
    """Return an issue that says which loops were predicted wrongly, with no source of the project; "" without any."""
    if not evidence.disagreements:
        return ""
    return fitting(lambda most: _bug_report(evidence, min(most, _REPORTED)), MOST_BYTES)


def _first(blocks: list[str]) -> str:
    """Return as many blocks as fit, with the number of those left out."""
    room = MOST_BYTES - 100
    sizes = accumulate(len(block.encode()) + 2 for block in blocks)
    shown = sum(size <= room for size in sizes)
    return joined([*blocks[:shown], f"… and {plural(len(blocks) - shown, 'more project')}."])


def _bug_report(evidence: Evidence, most: int) -> str:
    wrong = evidence.disagreements
    rows = [["loopmend", *[code(__version__)] * len(words.runs(evidence))], *_versions(evidence)]
    return joined(
        [
            "### A loop was predicted wrongly",
            _table(evidence, rows),
            f"Strategy: {code(evidence.strategy)}" if evidence.strategy else "",
            *(_disagreement(one) for one in wrong[:most]),
            f"… and {len(wrong) - most} more." if len(wrong) > most else "",
        ]
    )


def _disagreement(one: Disagreement) -> str:
    text = (
        f"In the run {code(one.run)}, {code(one.test)}\n\n- predicted: {code(one.predicted)}\n- seen: {code(one.seen)}"
    )
    return f"{text}\n\n{fence(one.facts[:_FACTS])}" if one.facts else text


def _project(evidence: Evidence, most: int, *, titled: bool) -> str:
    return joined(
        [
            f"### Evidence from the tests of {code(evidence.root)}" if titled else "### Evidence from the tests",
            f"**{words.verdict(evidence)}**",
            *_what_ran(evidence),
            _table(evidence, [*_counts(evidence), *_versions(evidence)]),
            "\n".join(f"- {name}: {prose(what)}" for name, what in words.ends(evidence)),
            *([f"{words.UNBLAMED}: {prose(evidence.blamed)}"] if evidence.blamed else []),
            *_rolled_back(evidence, most),
            *_tests(evidence, most),
            *_lists(evidence, most),
            *_kept(evidence, most),
            *_tried(evidence, most),
            words.predictions(evidence),
            "\n".join(f"- {prose(note)}" for note in words.notes(evidence)[:most]),
        ]
    ).rstrip("\n")


# --- what was run ----------------------------------------------------------------------------------------------------


def _what_ran(evidence: Evidence) -> list[str]:
    times = f" in {plural(evidence.runs, 'run')}" if evidence.runs > 1 else ""
    overlay = ", ".join(_short(one) for one in evidence.requirements[:_REQUIREMENTS])
    more = ", …" if len(evidence.requirements) > _REQUIREMENTS else ""
    over = f", after the change with {overlay}{more} laid over the environment" if overlay else ""
    return [f"The suite ran as {code(evidence.command)}{times}{over}."] if evidence.command else []


def _table(evidence: Evidence, rows: Iterable[Sequence[str]]) -> str:
    names = [name for name, _ in words.runs(evidence)]
    return table(["", *names], rows, numbers=range(1, len(names) + 1)) if names else ""


def _counts(evidence: Evidence) -> list[list[str]]:
    runs = [run for _, run in words.runs(evidence)]
    rows = [[several, *map(str, numbers)] for _, several, numbers in words.counts(runs)]
    rows.append(["time", *(words.duration(run.seconds) + _ratio(evidence, run) for run in runs)])
    shared = [words.loops(run) for run in runs]
    if any(shared):
        rows += [["loops created", *(str(run.loops) for run in runs)], ["loops used", *shared]]
    return rows


def _ratio(evidence: Evidence, run: SuiteRun) -> str:
    """Return the time as a multiple of that before, where both runs went through all tests."""
    before = evidence.before
    whole = run is evidence.after and before.end is run.end is End.FINISHED and before.seconds > 0
    return f" ({run.seconds / before.seconds:.2f} times as long)" if whole else ""


def _versions(evidence: Evidence) -> list[list[str]]:
    runs = [run for _, run in words.runs(evidence)]
    names = dict.fromkeys(name for run in runs for name, _ in run.versions)
    rows = [[prose(clip(name, _SHORT)), *(_short(run.version(name)) for run in runs)] for name in [*names][:_VERSIONS]]
    return [*rows, ["asyncio mode", *(_short(run.mode) for run in runs)]] if any(run.mode for run in runs) else rows


def _short(text: str) -> str:
    return code(text, _SHORT)


# --- what was done and what came of it -------------------------------------------------------------------------------


def _rolled_back(evidence: Evidence, most: int) -> list[str]:
    def cells(one: RolledBack) -> list[str]:
        return [code(one.code), prose(one.title), prose(words.withdrawn(one))]

    found = evidence.rolled_back
    return _list(
        f"{plural(len(found), 'change')} rolled back", ["rule", "change", "why"], found, cells, most, fold=False
    )


def _kept(evidence: Evidence, most: int) -> list[str]:
    def cells(one: tuple[str, str]) -> list[str]:
        return [code(one[0]), prose(one[1])]

    return _list(f"{plural(len(evidence.kept), 'change')} kept", ["rule", "change"], evidence.kept, cells, most)


def _tests(evidence: Evidence, most: int) -> list[str]:
    found = words.rows(evidence)
    if evidence.comparison is None:
        return _list(f"{plural(len(found), 'test')} failing", ["test", "outcome", "error"], found, _failing, most)
    header = ["test", "", "before", "after", "why"]
    return _list(plural(len(found), "changed outcome"), header, found, _changed, most)


def _failing(row: words.Row) -> list[str]:
    return [code(row.id), row.after, code(row.note)]


def _changed(row: words.Row) -> list[str]:
    return [code(row.id), row.label, row.before, row.after, "" if row.note == row.after else code(row.note)]


def _lists(evidence: Evidence, most: int) -> list[str]:
    found = evidence.comparison
    if found is None:
        return []
    gone, new = words.collapsed(found.leaks_gone), words.collapsed(found.leaks_new)
    return [
        *_list(plural(len(found.slower), "slower test"), ["test", "before", "after"], found.slower, _slower, most),
        *_list(plural(len(found.leaks_new), "new leak"), ["leak"], new, _leak, most),
        *_list(f"{plural(len(found.leaks_gone), 'leak')} gone", ["leak"], gone, _leak, most),
    ]


def _slower(one: tuple[str, float, float]) -> list[str]:
    return [code(one[0]), words.duration(one[1]), words.duration(one[2])]


def _leak(text: str) -> list[str]:
    return [code(text)]


def _tried(evidence: Evidence, most: int) -> list[str]:
    def cells(one: Tried) -> list[str]:
        return [
            f"**{code(one.strategy)}**" if one.chosen else code(one.strategy),
            "not run" if one.passed is None else str(one.passed),
            "" if one.seconds is None else words.duration(one.seconds),
            str(one.lines),
            prose(one.verdict),
            prose(one.reason),
        ]

    header = ["strategy", "passed", "time", "changed lines", "verdict", "why"]
    return _list("Strategies tried", header, evidence.tried, cells, most, fold=False)


def _list(
    title: str,
    header: Sequence[str],
    found: Sequence[_Item],
    cells: Callable[[_Item], list[str]],
    most: int,
    *,
    fold: bool = True,
) -> list[str]:
    """Return a titled table, folded away where it is long; nothing where there is nothing to list."""
    if not found:
        return []
    body = bounded_table(header, found, cells, most)
    return [details(title, body)] if fold and len(found) > _FOLDED else [f"**{title}**", body]

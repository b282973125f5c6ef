"""The evidence for people: two lines of counts, what was kept, what became of the tests, and the verdict last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.evidence import Change, End, Verdict
from codemod.report import evidence_words as words
from codemod.report.escape import escape, escape_short, width
from codemod.report.evidence_markdown import bug_report
from codemod.report.style import Pen
from codemod.report.summary import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from codemod.evidence import Evidence, RolledBack, SuiteRun

_MOST = 10
"""Lines of each list; ``verbose`` shows all."""

_LONGEST = 300
"""Characters shown of one text, however many a project puts into the name of a test."""

_OUTPUT_LINES = 12
_NAMED_VERSIONS = ("pytest", "pytest-asyncio")
_VERDICT_COLORS = {Verdict.BETTER: "green", Verdict.WORSE: "red", Verdict.UNPROVEN: "yellow"}
_LABEL_COLORS = {Change.FIXED.value: "green", **{kind.value: "red" for kind in Change if kind.is_worse}}


def render_evidence(projects: Iterable[Evidence], color: bool, *, verbose: bool = False, quiet: bool = False) -> str:
    """Return the evidence of some projects as text that ends in a newline.

    ``quiet`` leaves the verdict of each, ``verbose`` shortens no list and adds the interpreter and all versions.
    """
    pen = Pen(color)
    evidences = list(projects)
    blocks = [
        [_verdict(one, pen, titled=len(evidences) > 1)]
        if quiet
        else list(_project(one, pen, verbose=verbose, titled=len(evidences) > 1))
        for one in evidences
    ]
    return ("\n" if quiet else "\n\n").join("\n".join(block) for block in blocks) + "\n" * bool(blocks)


def _project(evidence: Evidence, pen: Pen, *, verbose: bool, titled: bool) -> Iterator[str]:
    most = None if verbose else _MOST
    if titled:
        yield pen.paint("bold", f"Project {_shown(evidence.root)}")
    yield from _runs(evidence, verbose)
    yield from _remedies(evidence, most)
    yield from _tests(evidence, pen, most)
    yield from _lists(evidence, most)
    yield from _tried(evidence)
    yield from _prediction(evidence, pen)
    yield from _last_output(evidence)
    yield from _bounded([f"Note: {_shown(note)}" for note in words.notes(evidence)], most)
    yield ""
    yield _verdict(evidence, pen)
    if evidence.command:
        yield f"Run: {escape(evidence.command)}"


def _verdict(evidence: Evidence, pen: Pen, *, titled: bool = False) -> str:
    line = f"{_shown(evidence.root)}: {words.verdict(evidence)}" if titled else words.verdict(evidence)
    name = _VERDICT_COLORS.get(evidence.verdict)
    return pen.paint("bold", pen.paint(name, line) if name else line)


# --- the runs --------------------------------------------------------------------------------------------------------


def _runs(evidence: Evidence, verbose: bool) -> Iterator[str]:
    named = words.runs(evidence)
    columns = [[name for name, _ in named]]
    for one, several, numbers in words.counts([run for _, run in named]):
        nouns = _left([one if number == 1 else several for number in numbers])
        columns.append([f"{number} {noun}" for number, noun in zip(_right(map(str, numbers)), nouns, strict=True)])
    columns.append(_right(words.duration(run.seconds) for _, run in named))
    columns.append([_versions(run, verbose) for _, run in named])
    yield from _table(columns)
    if evidence.requirements:
        yield f"with    {_shown(' '.join(evidence.requirements))} (only for the runs after the change)"
    if verbose:
        yield from (f"{name:<7} {_shown(text)}" for name, text in _circumstances(evidence) if text)
    yield from _loops(evidence)
    yield from (f"{name}: {_shown(what)}" for name, what in words.ends(evidence))
    if evidence.blamed:
        yield f"{words.UNBLAMED}: {_shown(evidence.blamed)}"


def _versions(run: SuiteRun, verbose: bool) -> str:
    told = [(name, version) for name, version in run.versions if verbose or name in _NAMED_VERSIONS]
    return f" ({', '.join(f'{_shown(name)} {_shown(version)}' for name, version in told)})" if told else ""


def _circumstances(evidence: Evidence) -> list[tuple[str, str]]:
    return [
        ("python", evidence.interpreter),
        ("runs", plural(evidence.runs, "run") if evidence.runs else ""),
        ("mode", evidence.before.mode),
        ("strategy", evidence.strategy),
        ("files", " ".join(evidence.files)),
    ]


def _loops(evidence: Evidence) -> Iterator[str]:
    seen = [(name, run.loops, words.loops(run)) for name, run in words.runs(evidence)]
    if any(used for _, _, used in seen):
        names = [f"loops {name}" if len(seen) > 1 else "loops" for name, _, _ in seen]
        created = [f"{number} created" for number in _right(str(number) for _, number, _ in seen)]
        yield from _table([names, created, [used for _, _, used in seen]])


# --- what was done ---------------------------------------------------------------------------------------------------


def _remedies(evidence: Evidence, most: int | None) -> Iterator[str]:
    kept, rolled = len(evidence.kept), evidence.rolled_back
    parts = [f"kept: {plural(kept, 'change')}"] if kept else []
    if rolled:
        parts.append(f"rolled back: {len(rolled)}" + (f" ({_rolled(rolled[0])})" if len(rolled) == 1 else ""))
    if parts:
        yield " · ".join(parts)
    if len(rolled) > 1:
        yield from _bounded([f"  {_rolled(one)}" for one in rolled], most)


def _rolled(one: RolledBack) -> str:
    why = words.withdrawn(one)
    return _shown(f"{one.code} {one.title}" + (f": {why}" if why else ""))


def _tried(evidence: Evidence) -> Iterator[str]:
    if not evidence.tried:
        return
    yield from ("", "strategies tried:")
    rows = evidence.tried
    yield from _table(
        [
            ["  *" if one.chosen else "   " for one in rows],
            [_shown(one.strategy) for one in rows],
            _right("not run" if one.passed is None else f"{one.passed} passed" for one in rows),
            _right("" if one.seconds is None else words.duration(one.seconds) for one in rows),
            _right(plural(one.lines, "line") for one in rows),
            [_shown(one.verdict) for one in rows],
            [_shown(one.reason) for one in rows],
        ]
    )


# --- what became of the tests ----------------------------------------------------------------------------------------


def _tests(evidence: Evidence, pen: Pen, most: int | None) -> Iterator[str]:
    sections: dict[str, list[words.Row]] = {}
    for row in words.rows(evidence):
        sections.setdefault(row.label, []).append(row)
    for label, found in sections.items():
        title = pen.paint(_LABEL_COLORS.get(label, "yellow"), f"{label} ({len(found)}):")
        lines = [f"  {_shown(row.id)}" + (f"\n      {_shown(row.note)}" if row.note else "") for row in found]
        yield from ("", title, *_bounded(lines, most))


def _lists(evidence: Evidence, most: int | None) -> Iterator[str]:
    found = evidence.comparison
    if found is None:
        return
    slower = [f"{one}  {words.duration(old)} → {words.duration(new)}" for one, old, new in found.slower]
    for title, count, lines in (
        ("slower", len(slower), slower),
        ("new leaks", len(found.leaks_new), words.collapsed(found.leaks_new)),
        ("leaks gone", len(found.leaks_gone), words.collapsed(found.leaks_gone)),
    ):
        if lines:
            yield from ("", f"{title} ({count}):", *_bounded([f"  {_shown(line)}" for line in lines], most))


def _bounded(lines: list[str], most: int | None) -> list[str]:
    return lines if most is None or len(lines) <= most else [*lines[:most], f"  … and {len(lines) - most} more"]


# --- what else is to be told -----------------------------------------------------------------------------------------


def _prediction(evidence: Evidence, pen: Pen) -> Iterator[str]:
    line = words.predictions(evidence)
    if not line:
        return
    yield from ("", pen.paint("red", line) if evidence.disagreements else line)
    if report := bug_report(evidence):
        yield from ("Please report it with this text:", "-" * 8, *report.splitlines(), "-" * 8)


def _last_output(evidence: Evidence) -> Iterator[str]:
    """Yield the end of what pytest printed where no test came to a result, for it says why."""
    run = evidence.after or evidence.before
    lines = [line for line in run.output.splitlines() if line.strip()]
    if lines and not run.tests and run.end is not End.FINISHED:
        yield from ("", "The end of what pytest printed:", *(f"  | {_shown(line)}" for line in lines[-_OUTPUT_LINES:]))


def _shown(text: str) -> str:
    return escape_short(text, _LONGEST)


def _table(columns: Sequence[Sequence[str]]) -> list[str]:
    """Return rows of cells that are escaped already, each column as wide as its widest cell."""
    return ["  ".join(row).rstrip() for row in zip(*(_left(column) for column in columns if any(column)), strict=True)]


def _left(cells: Sequence[str]) -> list[str]:
    widest = max(map(width, cells), default=0)
    return [cell + " " * (widest - width(cell)) for cell in cells]


def _right(cells: Iterable[str]) -> list[str]:
    listed = list(cells)
    widest = max(map(len, listed), default=0)
    return [cell.rjust(widest) for cell in listed]

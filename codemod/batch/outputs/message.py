"""The commit message of a shard: plain text of 72 columns, without a trailer.

A forge looks for ``@name``, ``#12`` and "fixes …" in messages, so a name of the repository keeps only harmless
characters, and the last paragraph, where trailers are looked for, is ours alone.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from typing import TYPE_CHECKING

from codemod.batch.shards import PIN_OUT_OF_REACH
from codemod.report.escape import clip, escape_short
from codemod.report.summary import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from codemod.batch.outputs.view import Batch, Project
    from codemod.batch.shards import Shard

_COLUMNS = 72
_NAME = 60
_VERSION = 24
_SENTENCES = 1000
_PROJECTS = 40
_STRATEGIES = ("isolate: ", "share: ", "preserve: ")
_WRAPPER = textwrap.TextWrapper(_COLUMNS, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False)
_HARMLESS = frozenset("._/+-…\\")


def commit_message(batch: Batch, shard: Shard) -> str:
    """Return the message: an imperative subject, what is done, in which projects, and why; ends in a newline."""
    blocks = [
        [subject(batch, shard)],
        _list(_unsaid(batch, shard)),
        _projects(batch.of(shard)),
        _list(_reasons(batch, shard)),
    ]
    return "\n\n".join("\n".join(lines) for lines in blocks if lines) + "\n"


def subject(batch: Batch, shard: Shard) -> str:
    """Return the first line of the message, of at most 72 characters, which is the title of the pull request too."""
    first, *others = _titles(batch, shard) or ["mend the event loops of the tests"]
    more = f", and {len(others)} more" if others else ""
    head = f"{first[0].upper()}{first[1:]}{more}"
    places = (*_where(batch.of(shard)), "")
    short = textwrap.shorten(head, _COLUMNS, placeholder=" …")
    return next((head + place for place in places if len(head + place) <= _COLUMNS), short)


def plain(text: str, most: int = _NAME) -> str:
    """Return at most ``most`` characters for a name of the repository: all but letters, digits, ``._/+-`` escaped."""
    # A backslash is that of an escape.
    shown = escape_short(text, most)
    return clip("".join(char if char.isalnum() or char in _HARMLESS else f"\\x{ord(char):02x}" for char in shown), most)


def titles_of(mends: Iterable[tuple[str, int]]) -> list[str]:
    """Return titles of remedies once each; those that answer the most findings, which ``mends`` gives, come first."""
    weight: Counter[str] = Counter()
    for title, findings in mends:
        weight[title] += findings
    return sorted(weight, key=lambda title: (-weight[title], title))


def _titles(batch: Batch, shard: Shard) -> list[str]:
    return titles_of((_without_strategy(mend.title), len(mend.findings)) for _, mend in batch.mends(shard))


def _unsaid(batch: Batch, shard: Shard) -> list[str]:
    """Return the titles, none where the subject says all."""
    titles = _titles(batch, shard)
    return titles if len(titles) > 1 or subject(batch, shard).endswith("…") else []


def _without_strategy(title: str) -> str:
    return next((title.removeprefix(word) for word in _STRATEGIES if title.startswith(word)), title)


def _where(projects: list[Project]) -> list[str]:
    """Return what can be said of where it is, the longest first."""
    if len(projects) > 1:
        return [f" in {plural(len(projects), 'project')}"]
    folder = projects[0].result.folder
    return [f" in {plain(place)}" for place in (folder, folder.rpartition("/")[2]) if place]


def _projects(projects: list[Project]) -> list[str]:
    lines = [f"- {plain(one.name)}{_versions(one)}" for one in projects[:_PROJECTS]]
    more = len(projects) - _PROJECTS
    return ["Projects:", *lines, *([f"- and {more} more"] if more > 0 else [])]


def _versions(one: Project) -> str:
    old, new = (plain(version, _VERSION) for version in (one.report.version, one.report.target))
    held = any(each.finding.code == PIN_OUT_OF_REACH and not each.by for each in one.left)
    when = ", once its requirements are raised by hand" if held else ""
    return f"\n  pytest-asyncio {old} to {new}{when}" if old != new else ""


def _reasons(batch: Batch, shard: Shard) -> Iterator[str]:
    for code in batch.weights(shard):
        text = batch.rules.get(code)
        yield f"{code}: {text.summary}. {text.why}" if text else code


def _list(items: Iterable[str]) -> list[str]:
    """Return sentences of ours as a list; in a message even the name of a decorator could be taken for a person's."""
    shown = (escape_short(item, _SENTENCES).replace("@", "") for item in items)
    return [line for item in shown for line in _WRAPPER.wrap(item)]

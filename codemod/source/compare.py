"""Which lines differ: what stays fast on big files and gives short diffs on repetitive ones.

Equal head and tail are cut off first. If many equal lines pair up in what is left (blank lines in a file of thousands
of tests), it is split at lines that occur exactly once on both sides, as patience diff does. `difflib.SequenceMatcher`
then compares the pieces. A piece that is still too repetitive is replaced whole: a longer diff, but a right one.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

# SequenceMatcher's work grows with the number of (old, new) pairs of equal lines; this many take about a second.
_PAIR_LIMIT = 500_000


class Region(NamedTuple):
    """A stretch of lines that differs, old and new, half-open and counted from 0."""

    old_start: int
    old_end: int
    new_start: int
    new_end: int


def split_lines(data: bytes) -> list[bytes]:
    r"""Return the lines of ``data`` with their ``\n``, the only line end there is; the last one may lack it."""
    *lines, last = data.split(b"\n")
    return [line + b"\n" for line in lines] + ([last] if last else [])


def differences(old: list[bytes], new: list[bytes]) -> list[Region]:
    """Return the stretches that differ, in order, with at least one equal line between two of them."""
    whole = _trim(old, new, Region(0, len(old), 0, len(new)))
    return [region for piece in _pieces(old, new, whole) for region in _compare(old, new, piece)]


def _trim(old: list[bytes], new: list[bytes], region: Region) -> Region:
    old_start, old_end, new_start, new_end = region
    while old_start < old_end and new_start < new_end and old[old_start] == new[new_start]:
        old_start, new_start = old_start + 1, new_start + 1
    while old_start < old_end and new_start < new_end and old[old_end - 1] == new[new_end - 1]:
        old_end, new_end = old_end - 1, new_end - 1
    return Region(old_start, old_end, new_start, new_end)


def _compare(old: list[bytes], new: list[bytes], piece: Region) -> Iterator[Region]:
    region = _trim(old, new, piece)
    left, right = old[region.old_start : region.old_end], new[region.new_start : region.new_end]
    if not left and not right:
        return
    if not left or not right or _pairs(left, right) > _PAIR_LIMIT:
        yield region
        return
    # autojunk would call lines of a repetitive test file junk and report the whole file as changed.
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag != "equal":
            yield Region(region.old_start + i1, region.old_start + i2, region.new_start + j1, region.new_start + j2)


def _pairs(left: list[bytes], right: list[bytes]) -> int:
    counts = Counter(right)
    return sum(counts[line] for line in left)


def _pieces(old: list[bytes], new: list[bytes], whole: Region) -> Iterator[Region]:
    """Cut ``whole`` at the lines that both sides hold exactly once and in the same order, if it is too costly uncut."""
    left, right = old[whole.old_start : whole.old_end], new[whole.new_start : whole.new_end]
    old_at, new_at = whole.old_start, whole.new_start
    if _pairs(left, right) > _PAIR_LIMIT:
        for i, j in _anchors(left, right):
            yield Region(old_at, whole.old_start + i, new_at, whole.new_start + j)
            old_at, new_at = whole.old_start + i + 1, whole.new_start + j + 1
    yield Region(old_at, whole.old_end, new_at, whole.new_end)


def _anchors(left: list[bytes], right: list[bytes]) -> list[tuple[int, int]]:
    """Return the longest run of common once-only lines that rises on both sides (patience diff)."""
    left_counts, right_counts = Counter(left), Counter(right)
    place = {line: j for j, line in enumerate(right) if right_counts[line] == 1}
    common = [(i, place[line]) for i, line in enumerate(left) if left_counts[line] == 1 and line in place]
    ends: list[int] = []  # for each length of run, the smallest last j
    chain: list[int] = []  # which of ``common`` ends that run
    previous: list[int] = []
    for at, (_, j) in enumerate(common):
        length = bisect_left(ends, j)
        ends[length : length + 1] = [j]
        chain[length : length + 1] = [at]
        previous.append(chain[length - 1] if length else -1)
    run: list[tuple[int, int]] = []
    at = chain[-1] if chain else -1
    while at >= 0:
        run.append(common[at])
        at = previous[at]
    return run[::-1]

r"""Changes as one git patch in bytes, and the proof that the patch says what the changes say.

Lines end at ``\n`` and nowhere else, as in git: form feed, NEL, U+2028 and a lone CR are content. Bytes are never
decoded for printing, so a latin-1 file gives latin-1 hunks.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING

from codemod.errors import RewriteError
from codemod.source.compare import Region, differences, split_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from unidiff.patch import Hunk

    from codemod.model import FileChange

_CONTEXT = 3
_NO_NEWLINE = b"\\ No newline at end of file\n"
# git's quote_c_style; every other byte below 0x20, 0x7f and above is written in octal.
_ESCAPES = {7: b"\\a", 8: b"\\b", 9: b"\\t", 10: b"\\n", 11: b"\\v", 12: b"\\f", 13: b"\\r", 34: b'\\"', 92: b"\\\\"}


def render(changes: Sequence[FileChange], prefix: str = "") -> bytes:
    """Return the patch that ``git apply`` takes from the root, in path order, without files that stay the same.

    In a sub-folder of a repository git reads names from the repository's top, and skips all others without a word:
    there ``prefix`` must be what `vcs.prefix` says. Raise RewriteError where a path occurs twice, or where the patch
    read back would not give the new bytes.
    """
    real = _in_order([replace(change, path=prefix + change.path) for change in changes])
    patch = b"".join(_file(change) for change in real)
    parse_back(patch, real)
    return patch


def parse_back(patch: bytes, changes: Sequence[FileChange]) -> None:
    """Check with unidiff that ``patch`` names the paths of ``changes``, in order, and gives each new file.

    Each hunk is replayed on the old bytes, which proves the added and removed lines too. Raise RewriteError if not.
    """
    from unidiff.errors import UnidiffParseError
    from unidiff.patch import PatchSet

    real = _in_order(changes)
    try:
        # unidiff is given lines, so it never looks for line breaks itself.
        files = list(PatchSet(_readable(patch)))
    except UnidiffParseError as error:
        raise RewriteError("patch", f"cannot be read back: {error}") from error
    if len(files) != len(real):
        raise RewriteError("patch", f"holds {len(files)} files instead of {len(real)}")
    for change, file in zip(real, files, strict=True):
        old = "/dev/null" if change.before is None else _shown(b"a/", change.path)
        if (file.source_file, file.target_file) != (old, _shown(b"b/", change.path)):
            raise RewriteError(change.path, "the patch names another file")
        if _replay(split_lines(change.before or b""), file) != change.after:
            raise RewriteError(change.path, "the patch does not give the new file")


def stat(changes: Sequence[FileChange]) -> tuple[int, int, int]:
    """Return how many files change, and how many lines are added and removed in all."""
    added = removed = 0
    real = _in_order(changes)
    for change in real:
        for region in differences(split_lines(change.before or b""), split_lines(change.after)):
            added += region.new_end - region.new_start
            removed += region.old_end - region.old_start
    return len(real), added, removed


# --- printing ----------------------------------------------------------------------------------------------------


def _in_order(changes: Sequence[FileChange]) -> list[FileChange]:
    real = sorted((c for c in changes if c.before != c.after), key=lambda c: _raw(c.path))
    for one, other in pairwise(real):
        if one.path == other.path:
            raise RewriteError(one.path, "is changed twice in one patch")
    return real


def _file(change: FileChange) -> bytes:
    old, new = _quoted(b"a/", change.path), _quoted(b"b/", change.path)
    parts = [b"diff --git %s %s\n" % (old, new)]
    if change.before is None:
        parts.append(b"new file mode %s\n" % (b"100755" if change.mode & 0o100 else b"100644"))
    # As in git: a tab ends a name with a space, so that readers see where it stops; an empty new file has no hunks.
    end = b"\t\n" if b" " in new else b"\n"
    hunks = _hunks(split_lines(change.before or b""), split_lines(change.after))
    if hunks:
        parts.append(b"--- /dev/null\n" if change.before is None else b"--- " + old + end)
        parts.append(b"+++ " + new + end)
    return b"".join(parts) + hunks


def _hunks(old: list[bytes], new: list[bytes]) -> bytes:
    groups: list[list[Region]] = []
    for region in differences(old, new):
        if groups and region.old_start - groups[-1][-1].old_end <= 2 * _CONTEXT:
            groups[-1].append(region)
        else:
            groups.append([region])
    return b"".join(part for group in groups for part in _hunk(old, new, group))


def _hunk(old: list[bytes], new: list[bytes], group: list[Region]) -> Iterator[bytes]:
    first, last = group[0], group[-1]
    lead = min(_CONTEXT, first.old_start)
    trail = min(_CONTEXT, len(old) - last.old_end)
    at = first.old_start - lead
    old_range = _range(at, last.old_end + trail)
    yield b"@@ -%s +%s @@\n" % (old_range, _range(first.new_start - lead, last.new_end + trail))
    for region in group:
        yield from _marked(b" ", old[at : region.old_start])
        yield from _marked(b"-", old[region.old_start : region.old_end])
        yield from _marked(b"+", new[region.new_start : region.new_end])
        at = region.old_end
    yield from _marked(b" ", old[at : last.old_end + trail])


def _range(start: int, end: int) -> bytes:
    if end - start == 1:
        return b"%d" % end
    return b"%d,%d" % (start + 1 if end > start else start, end - start)


def _marked(mark: bytes, lines: Sequence[bytes]) -> Iterator[bytes]:
    for line in lines:
        yield mark + line if line.endswith(b"\n") else mark + line + b"\n" + _NO_NEWLINE


def _raw(path: str) -> bytes:
    return path.encode("utf-8", "surrogateescape")


def _quoted(side: bytes, path: str) -> bytes:
    name = side + _raw(path)
    if all(0x20 <= byte < 0x7F and byte not in _ESCAPES for byte in name):
        return name
    escaped = (_ESCAPES.get(b) or (b"\\%03o" % b if b < 0x20 or b >= 0x7F else bytes([b])) for b in name)
    return b'"' + b"".join(escaped) + b'"'


# --- reading back ------------------------------------------------------------------------------------------------


def _readable(patch: bytes) -> Iterator[str]:
    """Yield the lines of ``patch`` for unidiff, as latin-1 (which keeps every byte), with 0x01 for spaces in names.

    unidiff splits ``a/x b/y b/x b/y`` at the last " b/". Both names of a git header are equally long, so the middle is
    found without knowing them; quoting keeps 0x01 out of names. Hunk lines stay as they are.
    """
    header = False
    for line in split_lines(patch):
        # No hunk line starts with "d", and a header ends where its first hunk starts.
        header = line.startswith(b"diff --git ") or (header and not line.startswith(b"@@ "))
        if line.startswith(b"diff --git "):
            names = line[11:-1]
            middle = len(names) // 2
            line = line[:11] + _dotted(names[:middle]) + b" " + _dotted(names[middle + 1 :]) + b"\n"
        elif header and line.startswith((b"--- ", b"+++ ")):
            line = line[:4] + _dotted(line[4:])
        yield line.decode("latin-1")


def _dotted(name: bytes) -> bytes:
    return name.replace(b" ", b"\x01")


def _shown(side: bytes, path: str) -> str:
    return _dotted(_quoted(side, path)).decode("latin-1")


def _replay(old: list[bytes], hunks: Sequence[Hunk]) -> bytes | None:
    """Return the file that the hunks make of ``old``, or None where a hunk does not fit."""
    result: list[bytes] = []
    at = 0
    for hunk in hunks:
        before, after = _sides(hunk)
        start = hunk.source_start - 1 if before else hunk.source_start
        if start < at or old[start : start + len(before)] != before:
            return None
        result += old[at:start] + after
        at = start + len(before)
    return b"".join(result + old[at:])


def _sides(hunk: Hunk) -> tuple[list[bytes], list[bytes]]:
    before: list[bytes] = []
    after: list[bytes] = []
    for line, following in zip_longest(hunk, hunk[1:]):
        if line.line_type == "\\":
            continue
        content = line.value.encode("latin-1")
        if following is not None and following.line_type == "\\":
            content = content[:-1]
        if not line.is_added:
            before.append(content)
        if not line.is_removed:
            after.append(content)
    return before, after

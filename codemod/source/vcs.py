"""What git says about the tree, asked in a way that runs nothing the repository brings along.

git reads ``.git/config`` of a repository a stranger may have packed. So: fixed arguments, no shell, NUL output; hooks,
fsmonitor and pager off; no transport (a partial clone would fetch missing blobs with a command of its choosing); and
the ``filter.*`` commands of that config emptied, since comparing a touched file would run them. Filters of the user's
own configuration (git-lfs) stay. Submodules are never entered.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from codemod.errors import VcsError

if TYPE_CHECKING:
    from collections.abc import Sequence

_SECONDS = 120
_SHOWN = 5
_FIXED = (
    *("-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "core.pager=cat"),
    *("-c", "protocol.ext.allow=never", "-c", "worktree.useRelativePaths=false", "--no-pager"),
)
_ENVIRONMENT = {
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_ALLOW_PROTOCOL": "none",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
# The user's own words to git. The rest goes: inside a git hook GIT_DIR and GIT_INDEX_FILE name another repository.
_KEPT = (
    *("GIT_CONFIG_GLOBAL", "GIT_CEILING_DIRECTORIES", "GIT_DISCOVERY_ACROSS_FILESYSTEM"),
    *("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"),
)
_UNFINISHED = {
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
}
_SUBMODULE = b"160000 "


class GitError(Exception):
    """git is missing, took too long or said no; ``str`` is one line."""


def tracked_and_untracked(root: Path) -> list[str] | None:
    """Return the files below ``root`` that git tracks, or that are new and not ignored; sorted, only those that exist.

    Paths are relative to ``root`` with ``/``; bytes that are not UTF-8 become surrogates. Submodules and nested
    repositories are left out. None means "ask the file system": no work tree, no git, git refuses or is too slow, or
    ``root`` itself is ignored.
    """
    try:
        if ask(root, "rev-parse", "--is-inside-work-tree") != b"true\n":
            return None
        staged = ask(root, "ls-files", "-z", "--stage", "--", ".")
        others = ask(root, "ls-files", "-z", "--others", "--exclude-standard", "--", ".")
        if not staged and _run(root, "check-ignore", "-q", "--", ".").returncode == 0:
            return None
    except GitError:
        return None
    names = {_name(entry.partition(b"\t")[2]) for entry in entries(staged) if not entry.startswith(_SUBMODULE)}
    names.update(_name(entry) for entry in entries(others) if not entry.endswith(b"/"))
    return sorted(name for name in names if os.path.lexists(root / name))


def prefix(root: Path) -> str:
    """Return ``root`` relative to the top of its repository, with a final ``/``; empty at the top or without git."""
    try:
        return _name(ask(root, "rev-parse", "--show-prefix").removesuffix(b"\n"))
    except GitError:
        return ""


def is_ignored(root: Path, path: str) -> bool:
    """Tell whether git ignores ``path`` (relative to ``root``); False where git has no say."""
    try:
        return _run(root, "check-ignore", "-q", "--", path).returncode == 0
    except GitError:
        return False


def guard(root: Path, paths: Sequence[str], allow_dirty: bool, allow_no_vcs: bool) -> None:
    """Raise VcsError unless git could give back every file of ``paths`` (root-relative, to be edited or created).

    Dirty is: a tracked file below ``root`` that is modified, staged or in conflict; an existing file of ``paths`` that
    git does not track; a merge, rebase, cherry-pick or revert in progress. A bare repository is refused in any case.
    """
    try:
        inside = ask(root, "rev-parse", "--is-inside-work-tree")
    except GitError as error:
        if allow_no_vcs:
            return
        raise VcsError(f"not under git, so changes could not be reverted: {error}") from error
    if inside != b"true\n":
        raise VcsError("this is a bare repository or a .git folder, not a work tree")
    if allow_dirty:
        return
    try:
        reasons = [*_unfinished(root), *listed("uncommitted changes in", _modified(root))]
        reasons += listed("not tracked by git:", _untracked(root, paths))
    except GitError as error:
        raise VcsError(f"git could not tell whether the work tree is clean: {error}") from error
    if reasons:
        raise VcsError("the work tree is not clean: " + "; ".join(reasons))


def _unfinished(root: Path) -> list[str]:
    folder = Path(os.fsdecode(ask(root, "rev-parse", "--absolute-git-dir").removesuffix(b"\n")))
    found = {word: None for name, word in _UNFINISHED.items() if os.path.lexists(folder / name)}
    return [f"a {word} is in progress" for word in found]


def _modified(root: Path) -> list[str]:
    top = ask(root, "rev-parse", "--show-prefix").removesuffix(b"\n")
    options = ("--porcelain=v1", "-z", "--no-renames", "--untracked-files=no", "--ignore-submodules=all")
    status = ask(root, "status", *options, "--", ".")
    # Each entry is "XY path", with the path from the top of the repository.
    return [_name(entry[3:].removeprefix(top)) for entry in entries(status)]


def _untracked(root: Path, paths: Sequence[str]) -> list[str]:
    tracked = {_name(entry) for entry in entries(ask(root, "ls-files", "-z", "--", "."))}
    return sorted(path for path in set(paths) - tracked if os.path.lexists(root / path))


def listed(title: str, names: Sequence[str]) -> list[str]:
    """Return one line with ``title`` and the first few ``names``, or nothing where there are none."""
    if not names:
        return []
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return [f"{title} {', '.join(_printable(name) for name in names[:_SHOWN])}{more}"]


def _printable(name: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape", "surrogatepass").decode() for c in name)


def _name(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def entries(output: bytes) -> list[bytes]:
    """Return the parts of what git prints with ``-z``."""
    return output.split(b"\0")[:-1]


def ask(root: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    """Return what git, run in ``root`` with ``arguments``, prints. Raises GitError where it fails."""
    done = _run(root, *arguments, stdin=stdin)
    if done.returncode != 0:
        first = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise GitError(_printable(first.removeprefix("fatal: ")) or f"git {arguments[0]} failed")
    return done.stdout


def _run(root: Path, *arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    git = shutil.which("git")
    # A relative hit would be a "git" that lies in the current folder, which is the project's.
    if git is None or not Path(git).is_absolute():
        raise GitError("git is not installed")
    command = [git, *_FIXED, "-C", str(root.absolute())]
    try:
        environment = _environment(_filters(command))
        return _call([*command, *arguments], environment, stdin)
    except subprocess.TimeoutExpired as error:
        raise GitError(f"git {arguments[0]} took longer than {_SECONDS} seconds") from error
    except OSError as error:
        raise GitError(f"git cannot be run: {error.strerror}") from error


def _call(command: list[str], environment: dict[str, str], stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, env=environment, input=stdin, capture_output=True, timeout=_SECONDS, check=False)


def _filters(command: list[str]) -> list[str]:
    """Return the ``filter.*`` keys that the repository's own configuration sets."""
    listing = _call([*command, "config", "-z", "--show-scope", "--get-regexp", r"^filter\."], _environment([]))
    # Pairs of scope and "key\nvalue".
    fields = entries(listing.stdout)
    own = (item for scope, item in zip(fields[::2], fields[1::2], strict=True) if scope in (b"local", b"worktree"))
    return [os.fsdecode(item.partition(b"\n")[0]) for item in own]


def _environment(filters: Sequence[str]) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_") or k in _KEPT}
    emptied = {}
    for number, key in enumerate(filters):
        emptied[f"GIT_CONFIG_KEY_{number}"] = key
        emptied[f"GIT_CONFIG_VALUE_{number}"] = "false" if key.endswith(".required") else ""
    return {**kept, **_ENVIRONMENT, "GIT_CONFIG_COUNT": str(len(filters)), **emptied}

"""One tree of errors; each class carries its exit code and the next step (DESIGN law 9)."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process returns; a contract with scripts and CI."""

    DONE = 0
    FINDINGS = 1
    USAGE = 2
    FILES_FAILED = 3
    VERIFICATION_FAILED = 4
    BATCH_PARTIAL = 5
    INTERRUPTED = 130


class LoopmendError(Exception):
    """Base of every error a user can cause; ``str`` is one line that names the file or the option."""

    exit_code = ExitCode.USAGE
    next_step = ""


class UsageError(LoopmendError):
    """A wrong argument, or a path that is no project."""


class ConfigError(LoopmendError):
    """A loopmend or pytest configuration that cannot be read or has an unknown key."""

    next_step = "Correct the named file (--isolated leaves out loopmend's own configuration, not pytest's)."


class FileError(LoopmendError):
    """One file cannot be processed; the rest of the run goes on."""

    exit_code = ExitCode.FILES_FAILED

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


class VcsError(LoopmendError):
    """The tree is dirty, or under no version control, and that was not allowed."""

    next_step = "Commit or stash first, or pass --allow-dirty (or --allow-no-vcs)."


class ConcurrentChangeError(FileError):
    """A file changed between reading and writing; nothing of the change was written."""

    next_step = "Run the command again: it reads the file as it is now."


class RewriteError(FileError):
    """An operation found its place changed or impossible to edit exactly; the file is left as it was."""

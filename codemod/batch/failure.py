"""What a project that came to nothing leaves behind, wherever that shows: in its worker, or around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codemod.batch.records import Result, Status

if TYPE_CHECKING:
    from codemod.batch.records import Task

OUT_OF_MEMORY = "ran out of memory"


def failed(task: Task, reason: str) -> Result:
    """Return the result of a project that came to nothing, with the reason in one line."""
    return Result(task.project.name, task.project.folder, Status.FAILED, reason=" ".join(reason.split()))

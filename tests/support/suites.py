"""Small suites written to a folder and read as the pipeline reads them."""

from __future__ import annotations

from textwrap import dedent
from typing import TYPE_CHECKING

from codemod.project.settings import Settings
from codemod.reading import discover_project, open_workspace, read_suite, silent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from codemod.analysis.suite import Suite

HEAD = "import asyncio\nimport pytest\nimport pytest_asyncio\n\n"


def write(folder: Path, files: Mapping[str, str]) -> None:
    """Write ``files`` below ``folder``; Python files get the usual imports at their head."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text((HEAD if name.endswith(".py") else "") + dedent(text))


def old_suite(
    folder: Path, files: Mapping[str, str], source: str = "0.21.2", target: str | None = None, mode: str = "auto"
) -> Suite:
    """Return a suite of ``source`` that is on its way to ``target``."""
    write(folder, {"pytest.ini": f"[pytest]\nasyncio_mode = {mode}\n", **files})
    project = discover_project(folder, Settings(source=source, target=target), silent)
    suite = read_suite(project, open_workspace(project))
    assert suite is not None
    return suite


def override(scope: str = "session", indent: str = "", self_: str = "") -> str:
    """Return a plain ``event_loop`` override of a scope."""
    lines = [
        f"@pytest.fixture(scope={scope!r})",
        f"def event_loop({self_}):",
        "    loop = asyncio.new_event_loop()",
        "    yield loop",
        "    loop.close()",
        "",
        "",
    ]
    return "\n".join(indent + line if line else line for line in lines)

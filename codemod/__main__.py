"""The entry point of the command ``loopmend`` and of ``python -m codemod``."""

from __future__ import annotations

import sys
import traceback
from typing import TYPE_CHECKING

from codemod.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line (``sys.argv`` if None) and return its exit code.

    A fault of our own ends in 2 with a traceback: 1 would tell a script that there are findings.
    """
    try:
        from codemod.cli.app import app

        app(arguments, prog_name="loopmend")
    except SystemExit as end:
        return int(end.code or 0)
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except OSError as error:
        return _fail(f"error: {error}")
    except Exception:
        return _fail(f"{traceback.format_exc()}\nThis is a fault of loopmend, not of your project. Please report it.")
    return ExitCode.DONE


def _fail(text: str) -> int:
    from codemod.report.escape import escape_lines

    sys.stderr.write(f"{escape_lines(text)}\n".encode("ascii", "backslashreplace").decode("ascii"))
    return ExitCode.USAGE


if __name__ == "__main__":
    sys.exit(main())

"""What a Python says of itself: run as a script by that Python, 3.8 or newer, which has nothing of ours to import."""

from __future__ import annotations

import json
import re
import sys
import sysconfig
from importlib import metadata, util

MARK = "loopmend-facts: "
"""What the line with the facts begins with: code of the environment may print lines of its own."""


def main() -> None:
    """Print one line: the mark, then a JSON object."""
    versions, editables = _distributions()
    facts = {
        "version": sys.version.split()[0],
        "prefix": sys.prefix,
        "virtual": sys.prefix != sys.base_prefix,
        "pytest": util.find_spec("pytest") is not None,
        "paths": [each for each in sys.path if each],
        "libraries": [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")],
        "versions": versions,
        "editables": editables,
        "mapped": _mapped(),
    }
    print(f"\n{MARK}{json.dumps(facts)}", flush=True)  # noqa: T201 - the answer


def _distributions() -> tuple[dict[str, str], list[str]]:
    """Return the versions of what is installed by canonical name, and the URLs of what is installed as editable."""
    versions: dict[str, str] = {}
    editables = []
    for each in metadata.distributions():
        try:
            name, version = str(each.metadata["Name"] or ""), str(each.version or "")
        except Exception:  # what a broken one raises differs from Python to Python
            continue
        name = re.sub(r"[-_.]+", "-", name).lower()
        if name and name not in versions:
            versions[name] = version
            editables += _editable(each.read_text("direct_url.json"))
    return versions, editables


def _editable(text: str | None) -> list[str]:
    try:
        direct = json.loads(text or "{}")
        return [direct["url"]] if direct["dir_info"].get("editable") else []
    except (ValueError, KeyError, TypeError, AttributeError):
        return []


def _mapped() -> list[tuple[str, str]]:
    """Return the packages that finders of setuptools' editable installs lead to, each with its path."""
    found = []
    for name, module in list(sys.modules.items()):
        if name.startswith("__editable__") and name.endswith("_finder"):
            found += [(package, str(path)) for package, path in getattr(module, "MAPPING", {}).items()]
            for package, paths in getattr(module, "NAMESPACES", {}).items():
                found += [(package, str(path)) for path in paths]
    return found


if __name__ == "__main__":
    main()

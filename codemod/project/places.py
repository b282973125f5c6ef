"""Where the loop scope options are, or would be, written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from codemod.project.pytest_config import PytestConfig

FIXTURE_OPTION = "asyncio_default_fixture_loop_scope"
TEST_OPTION = "asyncio_default_test_loop_scope"


@dataclass(frozen=True, slots=True)
class ConfigPlace:
    """Root-relative file and section for pytest options; ``overridden`` names options set in addopts, which wins."""

    path: str
    section: tuple[str, ...]
    overridden: tuple[str, ...] = ()

    @property
    def typed(self) -> bool:
        """Tell whether values keep their TOML types there (pytest 9's own tables), so that a boolean has no quotes."""
        return self.path.endswith(".toml") and self.section[-1] == "pytest"


def config_place(root: Path, config: PytestConfig) -> ConfigPlace:
    """Return the inifile's section, else the table of an existing pyproject.toml, else a pytest.ini to be made."""
    overridden = tuple(n for n in (FIXTURE_OPTION, TEST_OPTION) if "addopts" in config.options[n].origin)
    inifile = config.inifile
    if inifile is not None and config.section:
        path = inifile.resolve().relative_to(root.resolve()).as_posix()
        return ConfigPlace(path, config.section, overridden)
    if (root / "pyproject.toml").is_file():
        return ConfigPlace("pyproject.toml", ("tool", "pytest", "ini_options"), overridden)
    return ConfigPlace("pytest.ini", ("pytest",), overridden)

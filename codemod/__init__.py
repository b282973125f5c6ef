"""loopmend: find values that cross event loops in pytest-asyncio suites, and mend the suite."""

__version__ = "0.1.0"

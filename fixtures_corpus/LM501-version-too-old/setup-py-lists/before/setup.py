from setuptools import setup

TESTS = [
    "pytest",
    "pytest-asyncio<0.22",
]

setup(
    name="rooms",
    python_requires=">=3.10",
    tests_require=TESTS,
    extras_require={"test": TESTS, "ci": ("pytest-asyncio == 0.21.2", "tox")},
)

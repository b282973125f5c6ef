from setuptools import setup

TESTS = [
    "pytest",
    "pytest-asyncio>=1.5,<2",
]

setup(
    name="rooms",
    python_requires=">=3.10",
    tests_require=TESTS,
    extras_require={"test": TESTS, "ci": ("pytest-asyncio == 1.5.0", "tox")},
)

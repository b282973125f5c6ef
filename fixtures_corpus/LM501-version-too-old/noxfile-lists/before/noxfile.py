import nox

UNIT_TEST_DEPENDENCIES = [
    "mock",
    "pytest-asyncio==0.21.2",
]


@nox.session(python=["3.10", "3.12"])
def tests(session):
    session.install(*UNIT_TEST_DEPENDENCIES)
    session.install("pytest", "pytest-asyncio<0.23", "-e", ".")
    session.run("pytest")

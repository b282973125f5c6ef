import nox

UNIT_TEST_DEPENDENCIES = [
    "mock",
    "pytest-asyncio==1.5.0",
]


@nox.session(python=["3.10", "3.12"])
def tests(session):
    session.install(*UNIT_TEST_DEPENDENCIES)
    session.install("pytest", "pytest-asyncio>=1.5,<2", "-e", ".")
    session.run("pytest")

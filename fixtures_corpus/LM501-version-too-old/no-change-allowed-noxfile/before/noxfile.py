import nox

OLD = "pytest-asyncio==0.23.8"  # used by nobody


@nox.session
def tests(session):
    session.install("pytest-asyncio>=1.5", "pytest")

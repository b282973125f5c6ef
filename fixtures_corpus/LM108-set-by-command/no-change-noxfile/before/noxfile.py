import nox


@nox.session(python=["3.11", "3.12"])
def tests(session):
    session.install("-r", "requirements-test.txt")
    session.run("pytest", "--asyncio-mode=legacy", *session.posargs)

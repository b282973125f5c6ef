import pytest
import uvloop


@pytest.fixture(scope="session")
def event_loop_policy():
    return uvloop.EventLoopPolicy()


@pytest.fixture(scope="session")
def policy_name(event_loop_policy):
    return type(event_loop_policy).__name__

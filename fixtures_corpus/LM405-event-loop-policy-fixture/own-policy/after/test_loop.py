import asyncio


async def test_runs_on_the_loop_of_the_policy():
    assert type(asyncio.get_running_loop()).__name__ == "SlowLoop"

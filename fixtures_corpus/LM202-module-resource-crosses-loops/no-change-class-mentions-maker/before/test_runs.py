from runs import start


async def test_start():
    await start("1")


async def test_start_again():
    await start("2")

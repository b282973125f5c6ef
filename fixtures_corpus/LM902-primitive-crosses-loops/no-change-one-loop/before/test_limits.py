from limits import slots


async def test_slot():
    async with slots:
        assert slots.locked()


async def test_slot_again():
    async with slots:
        assert slots.locked()

async def test_outside(made):
    made.append(1)

async def test_inside(made):
    made.append(1)

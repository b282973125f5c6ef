import pytest
from shop.orders import count


@pytest.mark.parametrize("i", range(3))
async def test_count(customer, i):
    assert await count() == customer

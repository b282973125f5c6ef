pool = None


async def number(i):
    return await pool.fetchval("select $1::int", i)

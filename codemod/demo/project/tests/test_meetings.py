import pytest
from sqlalchemy import select

from meetings.models import Meeting
from meetings.service import schedule


@pytest.mark.asyncio
async def test_meeting_is_stored(session):
    await schedule(session, "Planning", "ada@example.org")

    titles = await session.scalars(select(Meeting.title))
    assert titles.all() == ["Planning"]


@pytest.mark.asyncio
async def test_every_test_starts_empty(session):
    meetings = await session.scalars(select(Meeting))

    assert meetings.all() == []

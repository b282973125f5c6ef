import pytest

from meetings.service import count_attendees, parse_attendees, schedule


def test_addresses_are_taken_once():
    assert parse_attendees("mailto:Ada@example.org, ada@example.org, nobody") == ["ada@example.org"]


@pytest.mark.asyncio
async def test_attendee_parsing_bug(session):
    meeting = await schedule(session, "Planning", "mailto:ada@example.org,mailto:bob@example.org")

    assert await count_attendees(session, meeting) == 2


@pytest.mark.asyncio
async def test_invitation_without_addresses(session):
    meeting = await schedule(session, "Thinking", "nobody")

    assert await count_attendees(session, meeting) == 0

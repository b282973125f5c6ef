"""What the calendar does."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from meetings.models import Attendee, Meeting


def parse_attendees(line: str) -> list[str]:
    """Return the addresses in an invitation's ``ATTENDEE`` line, each once and in order."""
    addresses = (part.strip().lower().removeprefix("mailto:") for part in line.split(","))
    return list(dict.fromkeys(address for address in addresses if "@" in address))


async def schedule(session: AsyncSession, title: str, attendees: str) -> Meeting:
    """Store a meeting with its attendees."""
    meeting = Meeting(title=title)
    session.add(meeting)
    await session.flush()
    session.add_all(Attendee(meeting_id=meeting.id, email=email) for email in parse_attendees(attendees))
    await session.flush()
    return meeting


async def count_attendees(session: AsyncSession, meeting: Meeting) -> int:
    """Return how many people were asked to come to ``meeting``."""
    query = select(func.count()).select_from(Attendee).where(Attendee.meeting_id == meeting.id)
    return await session.scalar(query) or 0

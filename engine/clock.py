"""What time is it? The one place that reads the clock; everything else is told."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present instant in UTC, with its zone, to the microsecond."""
    return datetime.now(UTC)

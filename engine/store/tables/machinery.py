"""What the machinery keeps of itself: its settings, its signs of life, and what it could not do."""

from datetime import datetime

from sqlmodel import Field, SQLModel


class SettingRow(SQLModel, table=True):
    """One word about the database itself: whether it is a demo, and where its clock stands then."""

    __tablename__ = "setting"
    name: str = Field(primary_key=True)
    value: str


class HeartbeatRow(SQLModel, table=True):
    """When a part of the machinery last did its round."""

    __tablename__ = "heartbeat"
    name: str = Field(primary_key=True)
    at: datetime


class FaultRow(SQLModel, table=True):
    """What a sweep could not do, while it cannot: one row for each item, taken away when it succeeds."""

    __tablename__ = "fault"
    sweep: str = Field(primary_key=True)
    item: str = Field(primary_key=True)
    error: str
    place: str
    since: datetime
    seen_at: datetime
    tries: int
    rests_until: datetime
    size: int | None = None
    told_at: datetime | None = None

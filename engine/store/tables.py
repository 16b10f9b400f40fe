"""What is stored? Every table, seen by no room but the store.

State tables are written by `record` alone and can be rebuilt from the ledger; a row's `seq` is its place in
its project's chain. The others (links, sessions, devices, outbox, attempts, blobs, heartbeats, and
obligations with their reminders, which are planned from the state) are working memory. Free text and
whatever tells who somebody is stands in `prose`, once, under its salted digest; other rows point there, so
that one erasure is enough.
"""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Index,
    LargeBinary,
    MetaData,
    UniqueConstraint,
    false,
)
from sqlmodel import Column, Field, SQLModel

metadata: Final[MetaData] = SQLModel.metadata
metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def _json() -> Any:
    return Field(sa_column=Column(JSON, nullable=False))


class SettingRow(SQLModel, table=True):
    """One word about the database itself: whether it is a demo, and where its clock stands then."""

    __tablename__ = "setting"
    name: str = Field(primary_key=True)
    value: str


class ProseRow(SQLModel, table=True):
    """A text that can be erased: digest = SHA-256(salt, text). `person` is set on what tells who that
    person is.
    """

    __tablename__ = "prose"
    digest: str = Field(primary_key=True, max_length=64)
    salt: str | None = None
    text: str | None = None
    person: str | None = Field(default=None, index=True)


class LedgerChainRow(SQLModel, table=True):
    """Where a chain stands: how many leaves, and the last one's hash; and whether what is owed has been
    worked out since it last grew.
    """

    __tablename__ = "ledger_chain"
    name: str = Field(primary_key=True)
    size: int
    head: str
    planned: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    __table_args__ = (
        Index(
            "ix_ledger_chain_unplanned",
            "name",
            sqlite_where=Column("planned").is_(false()),
            postgresql_where=Column("planned").is_(false()),
        ),
    )


class LedgerLeafRow(SQLModel, table=True):
    """One entry of a chain. Never changed and never removed: triggers refuse it."""

    __tablename__ = "ledger_leaf"
    chain: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    at: str
    kind: str
    body: str
    hash: str


class ProgrammeRow(SQLModel, table=True):
    """A version of the programme file; the newest is in force."""

    __tablename__ = "programme"
    digest: str = Field(primary_key=True)
    key: str
    text_ref: str = Field(foreign_key="prose.digest")
    loaded_at: datetime = Field(index=True)


class DefinitionRow(SQLModel, table=True):
    """A registered workflow definition, immutable."""

    __tablename__ = "definition"
    workflow: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    digest: str
    text: str
    registered_at: datetime


class PersonRow(SQLModel, table=True):
    """Somebody who can receive letters; without name and address once erased."""

    __tablename__ = "person"
    id: str = Field(primary_key=True)
    language: str
    name: str | None = None
    email: str | None = Field(default=None, unique=True)
    erased_at: datetime | None = None


class AbsenceRow(SQLModel, table=True):
    """A person is away between two dates, both included; `stand_in` takes over what they owe."""

    __tablename__ = "absence"
    person: str = Field(primary_key=True, foreign_key="person.id")
    away_from: str = Field(primary_key=True)
    away_to: str
    stand_in: str | None = Field(default=None, foreign_key="person.id")


class SeatHoldingRow(SQLModel, table=True):
    """Who holds a seat or an office, acts in it or is its deputy, from a date; the newest start wins."""

    __tablename__ = "seat_holding"
    body: str = Field(primary_key=True)
    seat: str = Field(primary_key=True)
    capacity: str = Field(primary_key=True)
    valid_from: str = Field(primary_key=True)
    valid_to: str | None = None
    person: str = Field(foreign_key="person.id", index=True)
    __table_args__ = (CheckConstraint("capacity in ('holder', 'acting', 'deputy')", name="capacity"),)


class ProjectRow(SQLModel, table=True):
    """A project and where it stands now."""

    __tablename__ = "project"
    key: str = Field(primary_key=True)
    kind: str
    workflow: str
    version: int
    phase: str
    phase_assumed: bool
    taken_in_on: str | None = None
    registered_at: datetime


class FactRow(SQLModel, table=True):
    """One fact's value from one date, as told at one instant; the newest date, then the newest telling,
    holds.
    """

    __tablename__ = "fact"
    project: str = Field(primary_key=True, foreign_key="project.key")
    seq: int = Field(primary_key=True)
    name: str = Field(primary_key=True)
    effective: str
    recorded_at: datetime
    value_ref: str = Field(foreign_key="prose.digest")
    __table_args__ = (Index("ix_fact_project_name", "project", "name", "effective", "seq"),)


class PhaseRow(SQLModel, table=True):
    """The project entered a phase on a date, as told at one instant, perhaps by a decision."""

    __tablename__ = "phase"
    project: str = Field(primary_key=True, foreign_key="project.key")
    seq: int = Field(primary_key=True)
    phase: str
    effective: str
    assumed: bool
    recorded_at: datetime
    case: str | None = Field(default=None, foreign_key="gate_case.id")


class RoleRow(SQLModel, table=True):
    """A person has a role in a project from a date."""

    __tablename__ = "role"
    project: str = Field(primary_key=True, foreign_key="project.key")
    seq: int = Field(primary_key=True)
    role: str
    person: str = Field(foreign_key="person.id", index=True)
    valid_from: str


class BlobRow(SQLModel, table=True):
    """The bytes of a paper, under their SHA-256, so that one backup holds everything."""

    __tablename__ = "blob"
    sha256: str = Field(primary_key=True)
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class PaperRow(SQLModel, table=True):
    """A paper of a project; the newest of a kind is the one a gate asks for."""

    __tablename__ = "paper"
    id: str = Field(primary_key=True)
    project: str = Field(foreign_key="project.key")
    seq: int
    kind: str
    title_ref: str = Field(foreign_key="prose.digest")
    sha256: str = Field(foreign_key="blob.sha256")
    media_type: str
    size: int
    added_by: str | None = Field(default=None, foreign_key="person.id")
    added_at: datetime
    __table_args__ = (UniqueConstraint("project", "seq"),)


class AnswerRow(SQLModel, table=True):
    """An answer to a criterion in a round, its confirmation, or a waiver; the newest of each holds."""

    __tablename__ = "answer"
    project: str = Field(primary_key=True, foreign_key="project.key")
    seq: int = Field(primary_key=True)
    gate: str
    round: int
    criterion: str
    act: str
    value: str | None = None
    words_ref: str | None = Field(default=None, foreign_key="prose.digest")
    person: str | None = Field(default=None, foreign_key="person.id")
    at: datetime
    __table_args__ = (
        CheckConstraint("act in ('answered', 'confirmed', 'waived')", name="act"),
        Index("ix_answer_project_criterion", "project", "criterion"),
    )


class CaseRow(SQLModel, table=True):
    """One request to pass one gate, and how it ended."""

    __tablename__ = "gate_case"
    id: str = Field(primary_key=True)
    number: str = Field(unique=True)
    project: str = Field(foreign_key="project.key", index=True)
    gate: str
    round: int
    body: str
    handling: str
    rules: dict[str, Any] = _json()
    roll: list[dict[str, Any]] = _json()
    status: str
    version: int
    digest: str
    dossier_ref: str = Field(foreign_key="prose.digest")
    proposal_ref: str = Field(foreign_key="prose.digest")
    requested_by: str | None = Field(default=None, foreign_key="person.id")
    opened_at: datetime
    answer_by: datetime
    meeting: str | None = Field(default=None, foreign_key="meeting.id", index=True)
    closed_at: datetime | None = None
    outcome: str | None = None
    basis: str | None = None
    concluded_by: str | None = Field(default=None, foreign_key="person.id")
    wording_ref: str | None = Field(default=None, foreign_key="prose.digest")
    conditions_ref: str | None = Field(default=None, foreign_key="prose.digest")
    tally: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    __table_args__ = (
        CheckConstraint("status in ('open', 'decided', 'withdrawn')", name="status"),
        Index(
            "uq_gate_case_one_open",
            "project",
            unique=True,
            sqlite_where=Column("status") == "open",
            postgresql_where=Column("status") == "open",
        ),
    )


class AmendmentRow(SQLModel, table=True):
    """An open case was changed: with substance (a new version), or as a correction that voids nothing."""

    __tablename__ = "amendment"
    case: str = Field(primary_key=True, foreign_key="gate_case.id")
    seq: int = Field(primary_key=True)
    version: int
    substance: bool
    what_ref: str = Field(foreign_key="prose.digest")
    by: str | None = Field(default=None, foreign_key="person.id")
    at: datetime


class RecusalRow(SQLModel, table=True):
    """The body's finding that a seat takes no part in a case, or does; the newest of a seat holds."""

    __tablename__ = "recusal"
    case: str = Field(primary_key=True, foreign_key="gate_case.id")
    seq: int = Field(primary_key=True)
    seat: str
    recused: bool
    reason_ref: str = Field(foreign_key="prose.digest")
    by: str | None = Field(default=None, foreign_key="person.id")
    at: datetime


class ConditionActRow(SQLModel, table=True):
    """What has happened to a condition of a decision: settled, or given another date; the newest holds."""

    __tablename__ = "condition_act"
    case: str = Field(primary_key=True, foreign_key="gate_case.id")
    seq: int = Field(primary_key=True)
    condition: str
    act: str
    due: str | None = None
    words_ref: str = Field(foreign_key="prose.digest")
    by: str | None = Field(default=None, foreign_key="person.id")
    at: datetime
    __table_args__ = (CheckConstraint("act in ('settled', 'extended')", name="act"),)


class PoliticalActRow(SQLModel, table=True):
    """What a case has to do with a political decision: that it needs one or not, that its own decision waits
    for it, and how that ended; the newest holds. `phase` is where the project goes, or went.
    """

    __tablename__ = "political_act"
    case: str = Field(primary_key=True, foreign_key="gate_case.id")
    seq: int = Field(primary_key=True)
    act: str
    phase: str | None = None
    effective: str | None = None
    words_ref: str | None = Field(default=None, foreign_key="prose.digest")
    by: str | None = Field(default=None, foreign_key="person.id")
    at: datetime
    __table_args__ = (
        CheckConstraint("act in ('marked', 'unmarked', 'awaits', 'executed', 'lapsed')", name="act"),
    )


class MeetingRow(SQLModel, table=True):
    """A meeting of a body's series that has been needed; its id is the body and the date it was planned
    for.
    """

    __tablename__ = "meeting"
    id: str = Field(primary_key=True)
    body: str
    planned_on: str
    starts_at: datetime = Field(index=True)
    papers_by: datetime
    status: str
    sequence: int
    reason_ref: str = Field(foreign_key="prose.digest")
    called_at: datetime | None = None
    closed_at: datetime | None = None
    present: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    __table_args__ = (
        CheckConstraint("status in ('planned', 'moved', 'cancelled', 'called', 'held')", name="status"),
    )


class MeetingItemRow(SQLModel, table=True):
    """Something on a meeting's list that is not a decision."""

    __tablename__ = "meeting_item"
    id: str = Field(primary_key=True)
    seq: int
    meeting: str = Field(foreign_key="meeting.id", index=True)
    kind: str
    title_ref: str = Field(foreign_key="prose.digest")
    text_ref: str = Field(foreign_key="prose.digest")
    by: str | None = Field(default=None, foreign_key="person.id")
    __table_args__ = (CheckConstraint("kind in ('orientering', 'drofting')", name="kind"),)


class MinutesRow(SQLModel, table=True):
    """A version of a meeting's referat, as a model and as the bytes that were sent."""

    __tablename__ = "minutes"
    meeting: str = Field(primary_key=True, foreign_key="meeting.id")
    version: int = Field(primary_key=True)
    sha256: str = Field(foreign_key="blob.sha256")
    model_ref: str = Field(foreign_key="prose.digest")
    written_at: datetime
    sent: bool
    approved_at: datetime | None = None
    approved_by: str | None = Field(default=None, foreign_key="person.id")


class BallotRow(SQLModel, table=True):
    """One answer of one seat to one version of a case. All are kept; the newest of a seat counts."""

    __tablename__ = "ballot"
    id: str = Field(primary_key=True)
    seq: int
    case: str = Field(foreign_key="gate_case.id", index=True)
    version: int
    seat: str
    person: str = Field(foreign_key="person.id")
    choice: str
    nonce: str
    comment_ref: str | None = Field(default=None, foreign_key="prose.digest")
    condition_ref: str | None = Field(default=None, foreign_key="prose.digest")
    recorded_by: str | None = Field(default=None, foreign_key="person.id")
    cast_at: datetime
    __table_args__ = (UniqueConstraint("case", "nonce"),)


def _kroner() -> Any:
    # PostgreSQL's own integer ends at two milliards.
    return Field(default=None, sa_column=Column(BigInteger, nullable=True))


class EstimateRow(SQLModel, table=True):
    """What a benefit is expected to free in a year, as told in a period. All are kept."""

    __tablename__ = "estimate"
    project: str = Field(primary_key=True, foreign_key="project.key")
    seq: int = Field(primary_key=True)
    benefit: str
    year: int
    period: str
    fte: float | None = None
    kroner: int | None = _kroner()
    recorded_at: datetime


class MeasurementRow(SQLModel, table=True):
    """One measured value of an indicator."""

    __tablename__ = "measurement"
    project: str = Field(primary_key=True, foreign_key="project.key")
    seq: int = Field(primary_key=True)
    benefit: str
    indicator: str
    value: float
    measured_on: str
    comment_ref: str = Field(foreign_key="prose.digest")
    by: str | None = Field(default=None, foreign_key="person.id")
    recorded_at: datetime


class RealisedRow(SQLModel, table=True):
    """What a benefit has really freed in a year. All are kept; the newest of a year holds."""

    __tablename__ = "realised"
    project: str = Field(primary_key=True, foreign_key="project.key")
    seq: int = Field(primary_key=True)
    benefit: str
    year: int
    fte: float | None = None
    kroner: int | None = _kroner()
    comment_ref: str = Field(foreign_key="prose.digest")
    by: str | None = Field(default=None, foreign_key="person.id")
    recorded_at: datetime


class ProgressRow(SQLModel, table=True):
    """How far the work with benefits is said to have come, where it is not as computed; the newest holds."""

    __tablename__ = "stated_progress"
    project: str = Field(primary_key=True, foreign_key="project.key")
    seq: int = Field(primary_key=True)
    period: str
    column: str
    progress: str | None = None
    reason_ref: str = Field(foreign_key="prose.digest")
    by: str | None = Field(default=None, foreign_key="person.id")
    recorded_at: datetime


class StatusReportRow(SQLModel, table=True):
    """A delivered version of a project's report of a period."""

    __tablename__ = "status_report"
    project: str = Field(primary_key=True, foreign_key="project.key")
    period: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    fields_ref: str = Field(foreign_key="prose.digest")
    delivered_by: str | None = Field(default=None, foreign_key="person.id")
    delivered_at: datetime
    approved_by: str | None = Field(default=None, foreign_key="person.id")
    approved_at: datetime | None = None


class PeriodActRow(SQLModel, table=True):
    """A reporting period was closed, or opened again; the newest holds."""

    __tablename__ = "period_act"
    period: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    closed: bool
    reason_ref: str = Field(foreign_key="prose.digest")
    by: str | None = Field(default=None, foreign_key="person.id")
    at: datetime


class PeriodImportRow(SQLModel, table=True):
    """One import of a period's accounts, of the transfers applied for, or of the programme's risks: whole.
    The newest of a kind holds.
    """

    __tablename__ = "period_import"
    period: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    kind: str
    as_of: str
    lines_ref: str = Field(foreign_key="prose.digest")
    by: str | None = Field(default=None, foreign_key="person.id")
    recorded_at: datetime
    __table_args__ = (CheckConstraint("kind in ('accounts', 'transfers', 'risks')", name="kind"),)


class ReportTextRow(SQLModel, table=True):
    """What the programme's own report says in one place of a period. All are kept; the newest holds."""

    __tablename__ = "report_text"
    period: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    place: str
    text_ref: str = Field(foreign_key="prose.digest")
    by: str | None = Field(default=None, foreign_key="person.id")
    recorded_at: datetime


class LightRow(SQLModel, table=True):
    """A person's judgement of an area in a period: of the programme (`chain` is its own), or of a project."""

    __tablename__ = "light"
    chain: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    project: str | None = Field(default=None, foreign_key="project.key")
    period: str
    area: str
    light: str
    reason_ref: str = Field(foreign_key="prose.digest")
    by: str | None = Field(default=None, foreign_key="person.id")
    recorded_at: datetime
    __table_args__ = (CheckConstraint("light in ('gronn', 'gul', 'rod')", name="light"),)


class QualityScoreRow(SQLModel, table=True):
    """One side's scores of a project on the quality indicators; the newest of a side holds."""

    __tablename__ = "quality_score"
    project: str = Field(primary_key=True, foreign_key="project.key")
    seq: int = Field(primary_key=True)
    period: str
    side: str
    scores: dict[str, Any] = _json()
    comment_ref: str = Field(foreign_key="prose.digest")
    by: str | None = Field(default=None, foreign_key="person.id")
    recorded_at: datetime
    __table_args__ = (CheckConstraint("side in ('prosjektleder', 'prosjekteier')", name="side"),)


class LinkRow(SQLModel, table=True):
    """A personal link: a random id from which the token is derived elsewhere; only the token's SHA-256 is
    here.
    """

    __tablename__ = "link"
    id: str = Field(primary_key=True)
    token_sha256: str = Field(unique=True)
    purpose: str
    kid: int
    generation: int
    person: str = Field(foreign_key="person.id", index=True)
    subject: str = Field(index=True)
    level: str
    created_at: datetime
    not_after: datetime
    revoked_at: datetime | None = None
    revoked_reason: str | None = None
    code_failures: int = 0
    locked_at: datetime | None = None
    opened_at: datetime | None = None


class VisitRow(SQLModel, table=True):
    """A browser session opened through a link, or a remembered device; only the SHA-256 of its secret is
    here.
    """

    __tablename__ = "visit"
    sha256: str = Field(primary_key=True)
    kind: str
    link: str | None = Field(default=None, foreign_key="link.id")
    person: str = Field(foreign_key="person.id", index=True)
    opened_at: datetime
    not_after: datetime
    level: int = Field(default=2, sa_column_kwargs={"server_default": "2"})
    """How surely the browser was let in; `core.access.Level`."""
    __table_args__ = (CheckConstraint("kind in ('session', 'device')", name="kind"),)


class SignInAskRow(SQLModel, table=True):
    """Somebody has written an address at the portal's door. Whoever asks is known by a secret of the
    browser's, the address and where they came from by keyed hashes only: nobody unknown to the register is
    kept.
    """

    __tablename__ = "sign_in_ask"
    sha256: str = Field(primary_key=True)
    person: str | None = Field(default=None, foreign_key="person.id")
    address_hash: str
    source_hash: str
    asked_at: datetime = Field(index=True)
    not_after: datetime
    failures: int = 0


class LetterRow(SQLModel, table=True):
    """A letter to send: a reference until its first claim, when what it says is frozen."""

    __tablename__ = "outbox"
    id: str = Field(primary_key=True)
    kind: str
    subject: str
    recipient: str = Field(foreign_key="person.id")
    occurrence: str
    link: str | None = Field(default=None, foreign_key="link.id")
    state: str
    due_at: datetime
    created_at: datetime
    attempts: int = 0
    claimed_by: str | None = None
    lease_until: datetime | None = None
    address: str | None = None
    payload: str | None = None
    template_digest: str | None = None
    message_id: str | None = None
    dated: datetime | None = None
    settled_at: datetime | None = None
    reason: str | None = None
    __table_args__ = (
        UniqueConstraint("subject", "kind", "recipient", "occurrence"),
        CheckConstraint(
            "state in ('due', 'claimed', 'in_doubt', 'retry', 'sent', 'bounced', 'dead', 'withdrawn')",
            name="state",
        ),
        Index(
            "ix_outbox_waiting",
            "due_at",
            sqlite_where=Column("state").in_(["due", "retry", "claimed", "in_doubt"]),
            postgresql_where=Column("state").in_(["due", "retry", "claimed", "in_doubt"]),
        ),
    )


class AttemptRow(SQLModel, table=True):
    """One try at delivering a letter: how far it came and what the server said."""

    __tablename__ = "attempt"
    letter: str = Field(primary_key=True, foreign_key="outbox.id")
    number: int = Field(primary_key=True)
    at: datetime
    phase: str
    reply: str


class ObligationActRow(SQLModel, table=True):
    """What somebody has done to an obligation itself: settled it by hand, set another date, or had its
    owner's superior told.
    """

    __tablename__ = "obligation_act"
    chain: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    kind: str
    subject: str
    occurrence: str
    act: str
    due: str | None = None
    told: str | None = Field(default=None, foreign_key="person.id")
    words_ref: str | None = Field(default=None, foreign_key="prose.digest")
    by: str | None = Field(default=None, foreign_key="person.id")
    at: datetime
    __table_args__ = (CheckConstraint("act in ('settled', 'extended', 'alerted')", name="act"),)


class ProgrammeEndRow(SQLModel, table=True):
    """The programme has ended: what is still owed is the line's, and `heir` answers for what was the
    programme's own.
    """

    __tablename__ = "programme_end"
    ended_on: str = Field(primary_key=True)
    heir: str = Field(foreign_key="person.id")


class ObligationRow(SQLModel, table=True):
    """Something owed by a day: a copy of what the plan of its chain says, with how far its ladder has come.

    `passed` is the highest rung that has been dealt with (-1: none), `next_at` when it is looked at again.
    """

    __tablename__ = "obligation"
    id: str = Field(primary_key=True)
    chain: str = Field(index=True)
    kind: str
    subject: str
    occurrence: str
    owner_kind: str
    owner: str
    due_on: str
    due_time: str | None = None
    ladder: str
    status: str
    passed: int
    next_at: datetime | None = None
    planned_at: datetime
    settled_at: datetime | None = None
    __table_args__ = (
        UniqueConstraint("kind", "subject", "occurrence"),
        CheckConstraint("status in ('open', 'settled', 'void')", name="status"),
        CheckConstraint("owner_kind in ('person', 'role', 'office', 'seat')", name="owner_kind"),
        Index(
            "ix_obligation_next",
            "next_at",
            sqlite_where=Column("status") == "open",
            postgresql_where=Column("status") == "open",
        ),
    )


class ReminderRow(SQLModel, table=True):
    """One rung of one obligation's ladder, for one deadline and one person: said once, by `letter`."""

    __tablename__ = "reminder"
    obligation: str = Field(primary_key=True, foreign_key="obligation.id")
    due_on: str = Field(primary_key=True)
    rung: int = Field(primary_key=True)
    person: str = Field(primary_key=True, foreign_key="person.id", index=True)
    at: datetime
    letter: str | None = Field(default=None, foreign_key="outbox.id", index=True)


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


class ProgrammeReportRow(SQLModel, table=True):
    """A version of the programme's own report of a period: approved as known at an instant, then published
    as bytes.
    """

    __tablename__ = "programme_report"
    period: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    known_at: datetime
    digest: str
    approved_by: str | None = Field(default=None, foreign_key="person.id")
    approved_at: datetime
    published_by: str | None = Field(default=None, foreign_key="person.id")
    published_at: datetime | None = None
    editions: dict[str, str] | None = Field(default=None, sa_column=Column(JSON, nullable=True))
    findings: int | None = None
    despite_ref: str | None = Field(default=None, foreign_key="prose.digest")


STATE_TABLES: Final = (
    "programme",
    "definition",
    "person",
    "absence",
    "seat_holding",
    "project",
    "fact",
    "phase",
    "role",
    "paper",
    "answer",
    "meeting",
    "meeting_item",
    "minutes",
    "gate_case",
    "amendment",
    "recusal",
    "condition_act",
    "political_act",
    "ballot",
    "obligation_act",
    "programme_end",
    "estimate",
    "measurement",
    "realised",
    "stated_progress",
    "status_report",
    "period_act",
    "period_import",
    "report_text",
    "light",
    "quality_score",
    "programme_report",
)
"""The tables that the ledger can rebuild, in an order that respects their foreign keys (`phase` last but
for cases).
"""

"""What is owed, and who has been reminded of it; and the end of the programme."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_TEXT = sqlmodel.sql.sqltypes.AutoString
_INSTANT = sqlmodel.sql.sqltypes.UTCDateTime


def upgrade() -> None:
    """Step forward. Every chain begins as unplanned, so that the first round works out what is owed."""
    op.add_column(
        "ledger_chain", sa.Column("planned", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    op.create_index(
        "ix_ledger_chain_unplanned",
        "ledger_chain",
        ["name"],
        sqlite_where=sa.column("planned").is_(sa.false()),
        postgresql_where=sa.column("planned").is_(sa.false()),
    )
    with op.batch_alter_table("absence") as absence:
        absence.add_column(sa.Column("stand_in", _TEXT(), nullable=True))
        absence.create_foreign_key(op.f("fk_absence_stand_in_person"), "person", ["stand_in"], ["id"])
    op.create_table(
        "obligation_act",
        sa.Column("chain", _TEXT(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", _TEXT(), nullable=False),
        sa.Column("subject", _TEXT(), nullable=False),
        sa.Column("occurrence", _TEXT(), nullable=False),
        sa.Column("act", _TEXT(), nullable=False),
        sa.Column("due", _TEXT(), nullable=True),
        sa.Column("told", _TEXT(), nullable=True),
        sa.Column("words_ref", _TEXT(), nullable=True),
        sa.Column("by", _TEXT(), nullable=True),
        sa.Column("at", _INSTANT(), nullable=False),
        sa.CheckConstraint("act in ('settled', 'extended', 'alerted')", name=op.f("ck_obligation_act_act")),
        sa.ForeignKeyConstraint(["told"], ["person.id"], name=op.f("fk_obligation_act_told_person")),
        sa.ForeignKeyConstraint(
            ["words_ref"], ["prose.digest"], name=op.f("fk_obligation_act_words_ref_prose")
        ),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_obligation_act_by_person")),
        sa.PrimaryKeyConstraint("chain", "seq", name=op.f("pk_obligation_act")),
    )
    op.create_table(
        "programme_end",
        sa.Column("ended_on", _TEXT(), nullable=False),
        sa.Column("heir", _TEXT(), nullable=False),
        sa.ForeignKeyConstraint(["heir"], ["person.id"], name=op.f("fk_programme_end_heir_person")),
        sa.PrimaryKeyConstraint("ended_on", name=op.f("pk_programme_end")),
    )
    op.create_table(
        "obligation",
        sa.Column("id", _TEXT(), nullable=False),
        sa.Column("chain", _TEXT(), nullable=False),
        sa.Column("kind", _TEXT(), nullable=False),
        sa.Column("subject", _TEXT(), nullable=False),
        sa.Column("occurrence", _TEXT(), nullable=False),
        sa.Column("owner_kind", _TEXT(), nullable=False),
        sa.Column("owner", _TEXT(), nullable=False),
        sa.Column("due_on", _TEXT(), nullable=False),
        sa.Column("due_time", _TEXT(), nullable=True),
        sa.Column("ladder", _TEXT(), nullable=False),
        sa.Column("status", _TEXT(), nullable=False),
        sa.Column("passed", sa.Integer(), nullable=False),
        sa.Column("next_at", _INSTANT(), nullable=True),
        sa.Column("planned_at", _INSTANT(), nullable=False),
        sa.Column("settled_at", _INSTANT(), nullable=True),
        sa.CheckConstraint("status in ('open', 'settled', 'void')", name=op.f("ck_obligation_status")),
        sa.CheckConstraint(
            "owner_kind in ('person', 'role', 'office', 'seat')", name=op.f("ck_obligation_owner_kind")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obligation")),
        sa.UniqueConstraint(
            "kind", "subject", "occurrence", name=op.f("uq_obligation_kind_subject_occurrence")
        ),
    )
    op.create_index(op.f("ix_obligation_chain"), "obligation", ["chain"])
    op.create_index(
        "ix_obligation_next",
        "obligation",
        ["next_at"],
        sqlite_where=sa.column("status") == "open",
        postgresql_where=sa.column("status") == "open",
    )
    op.create_table(
        "reminder",
        sa.Column("obligation", _TEXT(), nullable=False),
        sa.Column("due_on", _TEXT(), nullable=False),
        sa.Column("rung", sa.Integer(), nullable=False),
        sa.Column("person", _TEXT(), nullable=False),
        sa.Column("at", _INSTANT(), nullable=False),
        sa.Column("letter", _TEXT(), nullable=True),
        sa.ForeignKeyConstraint(
            ["obligation"], ["obligation.id"], name=op.f("fk_reminder_obligation_obligation")
        ),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_reminder_person_person")),
        sa.ForeignKeyConstraint(["letter"], ["outbox.id"], name=op.f("fk_reminder_letter_outbox")),
        sa.PrimaryKeyConstraint("obligation", "due_on", "rung", "person", name=op.f("pk_reminder")),
    )
    op.create_index(op.f("ix_reminder_person"), "reminder", ["person"])
    op.create_index(op.f("ix_reminder_letter"), "reminder", ["letter"])

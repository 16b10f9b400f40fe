"""A decision can wait for a political one: what has happened to it is kept in a table of its own."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step forward."""
    text = sqlmodel.sql.sqltypes.AutoString
    op.create_table(
        "political_act",
        sa.Column("case", text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("act", text(), nullable=False),
        sa.Column("phase", text(), nullable=True),
        sa.Column("effective", text(), nullable=True),
        sa.Column("words_ref", text(), nullable=True),
        sa.Column("by", text(), nullable=True),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint(
            "act in ('marked', 'unmarked', 'awaits', 'executed', 'lapsed')",
            name=op.f("ck_political_act_act"),
        ),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_political_act_by_person")),
        sa.ForeignKeyConstraint(["case"], ["gate_case.id"], name=op.f("fk_political_act_case_gate_case")),
        sa.ForeignKeyConstraint(
            ["words_ref"], ["prose.digest"], name=op.f("fk_political_act_words_ref_prose")
        ),
        sa.PrimaryKeyConstraint("case", "seq", name=op.f("pk_political_act")),
    )

"""People sign in: what was asked for at the door of the portal, and how surely a browser was let in."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0012"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step forward. Browsers let in before are as sure as a code: no other way had been built."""
    text = sqlmodel.sql.sqltypes.AutoString
    op.add_column("visit", sa.Column("level", sa.Integer(), nullable=False, server_default="2"))
    op.create_table(
        "sign_in_ask",
        sa.Column("sha256", text(), nullable=False),
        sa.Column("person", text(), nullable=True),
        sa.Column("address_hash", text(), nullable=False),
        sa.Column("source_hash", text(), nullable=False),
        sa.Column("asked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("not_after", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_sign_in_ask_person_person")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_sign_in_ask")),
    )
    op.create_index(op.f("ix_sign_in_ask_asked_at"), "sign_in_ask", ["asked_at"])

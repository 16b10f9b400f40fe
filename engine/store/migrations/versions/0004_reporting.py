"""What is reported: estimates, measurements, status reports, accounts, lights and scores."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step forward."""
    op.create_table(
        "estimate",
        sa.Column("project", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("benefit", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("period", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("fte", sa.Float(), nullable=True),
        sa.Column("kroner", sa.BigInteger(), nullable=True),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["project"], ["project.key"], name=op.f("fk_estimate_project_project")),
        sa.PrimaryKeyConstraint("project", "seq", name=op.f("pk_estimate")),
    )
    op.create_table(
        "light",
        sa.Column("chain", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("project", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("period", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("area", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("light", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reason_ref", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("light in ('gronn', 'gul', 'rod')", name=op.f("ck_light_light")),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_light_by_person")),
        sa.ForeignKeyConstraint(["project"], ["project.key"], name=op.f("fk_light_project_project")),
        sa.ForeignKeyConstraint(["reason_ref"], ["prose.digest"], name=op.f("fk_light_reason_ref_prose")),
        sa.PrimaryKeyConstraint("chain", "seq", name=op.f("pk_light")),
    )
    op.create_table(
        "measurement",
        sa.Column("project", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("benefit", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("indicator", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("measured_on", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("comment_ref", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_measurement_by_person")),
        sa.ForeignKeyConstraint(
            ["comment_ref"], ["prose.digest"], name=op.f("fk_measurement_comment_ref_prose")
        ),
        sa.ForeignKeyConstraint(["project"], ["project.key"], name=op.f("fk_measurement_project_project")),
        sa.PrimaryKeyConstraint("project", "seq", name=op.f("pk_measurement")),
    )
    op.create_table(
        "period_act",
        sa.Column("period", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("reason_ref", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_period_act_by_person")),
        sa.ForeignKeyConstraint(
            ["reason_ref"], ["prose.digest"], name=op.f("fk_period_act_reason_ref_prose")
        ),
        sa.PrimaryKeyConstraint("period", "seq", name=op.f("pk_period_act")),
    )
    op.create_table(
        "period_import",
        sa.Column("period", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("as_of", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("lines_ref", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("kind in ('accounts', 'transfers', 'risks')", name=op.f("ck_period_import_kind")),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_period_import_by_person")),
        sa.ForeignKeyConstraint(
            ["lines_ref"], ["prose.digest"], name=op.f("fk_period_import_lines_ref_prose")
        ),
        sa.PrimaryKeyConstraint("period", "seq", name=op.f("pk_period_import")),
    )
    op.create_table(
        "quality_score",
        sa.Column("project", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("period", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("side", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("comment_ref", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("side in ('prosjektleder', 'prosjekteier')", name=op.f("ck_quality_score_side")),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_quality_score_by_person")),
        sa.ForeignKeyConstraint(
            ["comment_ref"], ["prose.digest"], name=op.f("fk_quality_score_comment_ref_prose")
        ),
        sa.ForeignKeyConstraint(["project"], ["project.key"], name=op.f("fk_quality_score_project_project")),
        sa.PrimaryKeyConstraint("project", "seq", name=op.f("pk_quality_score")),
    )
    op.create_table(
        "realised",
        sa.Column("project", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("benefit", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("fte", sa.Float(), nullable=True),
        sa.Column("kroner", sa.BigInteger(), nullable=True),
        sa.Column("comment_ref", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_realised_by_person")),
        sa.ForeignKeyConstraint(
            ["comment_ref"], ["prose.digest"], name=op.f("fk_realised_comment_ref_prose")
        ),
        sa.ForeignKeyConstraint(["project"], ["project.key"], name=op.f("fk_realised_project_project")),
        sa.PrimaryKeyConstraint("project", "seq", name=op.f("pk_realised")),
    )
    op.create_table(
        "report_text",
        sa.Column("period", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("place", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("text_ref", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_report_text_by_person")),
        sa.ForeignKeyConstraint(["text_ref"], ["prose.digest"], name=op.f("fk_report_text_text_ref_prose")),
        sa.PrimaryKeyConstraint("period", "seq", name=op.f("pk_report_text")),
    )
    op.create_table(
        "stated_progress",
        sa.Column("project", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("period", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("column", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("progress", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("reason_ref", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_stated_progress_by_person")),
        sa.ForeignKeyConstraint(
            ["project"], ["project.key"], name=op.f("fk_stated_progress_project_project")
        ),
        sa.ForeignKeyConstraint(
            ["reason_ref"], ["prose.digest"], name=op.f("fk_stated_progress_reason_ref_prose")
        ),
        sa.PrimaryKeyConstraint("project", "seq", name=op.f("pk_stated_progress")),
    )
    op.create_table(
        "status_report",
        sa.Column("project", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("period", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fields_ref", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("delivered_by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("delivered_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("approved_by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("approved_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["approved_by"], ["person.id"], name=op.f("fk_status_report_approved_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["delivered_by"], ["person.id"], name=op.f("fk_status_report_delivered_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["fields_ref"], ["prose.digest"], name=op.f("fk_status_report_fields_ref_prose")
        ),
        sa.ForeignKeyConstraint(["project"], ["project.key"], name=op.f("fk_status_report_project_project")),
        sa.PrimaryKeyConstraint("project", "period", "version", name=op.f("pk_status_report")),
    )

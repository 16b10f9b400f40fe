"""The first schema: programme, people, projects, cases, links, outbox and ledger."""

import sqlalchemy as sa
import sqlmodel.sql.sqltypes
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Step forward."""
    op.create_table(
        "blob",
        sa.Column("sha256", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blob")),
    )
    op.create_table(
        "definition",
        sa.Column("workflow", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("registered_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("workflow", "version", name=op.f("pk_definition")),
    )
    op.create_table(
        "heartbeat",
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "ledger_chain",
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("head", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_ledger_chain")),
    )
    op.create_table(
        "ledger_leaf",
        sa.Column("chain", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("body", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("hash", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("chain", "seq", name=op.f("pk_ledger_leaf")),
    )
    op.create_table(
        "person",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("language", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("email", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("erased_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
        sa.UniqueConstraint("email", name=op.f("uq_person_email")),
    )
    op.create_table(
        "project",
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("workflow", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("phase", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("phase_assumed", sa.Boolean(), nullable=False),
        sa.Column("taken_in_on", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("registered_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_project")),
    )
    op.create_table(
        "prose",
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(length=64), nullable=False),
        sa.Column("salt", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("text", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("person", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_prose")),
    )
    with op.batch_alter_table("prose", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_prose_person"), ["person"], unique=False)

    op.create_table(
        "setting",
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("value", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_setting")),
    )
    op.create_table(
        "absence",
        sa.Column("person", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("away_from", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("away_to", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_absence_person_person")),
        sa.PrimaryKeyConstraint("person", "away_from", name=op.f("pk_absence")),
    )
    op.create_table(
        "answer",
        sa.Column("project", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("gate", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("criterion", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("act", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("value", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("words_ref", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("person", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("act in ('answered', 'confirmed', 'waived')", name=op.f("ck_answer_act")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_answer_person_person")),
        sa.ForeignKeyConstraint(["project"], ["project.key"], name=op.f("fk_answer_project_project")),
        sa.ForeignKeyConstraint(["words_ref"], ["prose.digest"], name=op.f("fk_answer_words_ref_prose")),
        sa.PrimaryKeyConstraint("project", "seq", name=op.f("pk_answer")),
    )
    with op.batch_alter_table("answer", schema=None) as batch_op:
        batch_op.create_index("ix_answer_project_criterion", ["project", "criterion"], unique=False)

    op.create_table(
        "fact",
        sa.Column("project", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("name", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("effective", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("value_ref", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["project"], ["project.key"], name=op.f("fk_fact_project_project")),
        sa.ForeignKeyConstraint(["value_ref"], ["prose.digest"], name=op.f("fk_fact_value_ref_prose")),
        sa.PrimaryKeyConstraint("project", "seq", "name", name=op.f("pk_fact")),
    )
    with op.batch_alter_table("fact", schema=None) as batch_op:
        batch_op.create_index("ix_fact_project_name", ["project", "name", "effective", "seq"], unique=False)

    op.create_table(
        "link",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("token_sha256", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("purpose", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kid", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("person", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("level", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("not_after", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("revoked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("revoked_reason", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("code_failures", sa.Integer(), nullable=False),
        sa.Column("locked_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("opened_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_link_person_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link")),
        sa.UniqueConstraint("token_sha256", name=op.f("uq_link_token_sha256")),
    )
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_person"), ["person"], unique=False)
        batch_op.create_index(batch_op.f("ix_link_subject"), ["subject"], unique=False)

    op.create_table(
        "meeting",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("body", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("planned_on", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("starts_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("papers_by", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("reason_ref", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("called_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("closed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("present", sa.JSON(), nullable=True),
        sa.CheckConstraint(
            "status in ('planned', 'moved', 'cancelled', 'called', 'held')", name=op.f("ck_meeting_status")
        ),
        sa.ForeignKeyConstraint(["reason_ref"], ["prose.digest"], name=op.f("fk_meeting_reason_ref_prose")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
    )
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_starts_at"), ["starts_at"], unique=False)

    op.create_table(
        "paper",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("project", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("title_ref", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("sha256", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("media_type", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("added_by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("added_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["person.id"], name=op.f("fk_paper_added_by_person")),
        sa.ForeignKeyConstraint(["project"], ["project.key"], name=op.f("fk_paper_project_project")),
        sa.ForeignKeyConstraint(["sha256"], ["blob.sha256"], name=op.f("fk_paper_sha256_blob")),
        sa.ForeignKeyConstraint(["title_ref"], ["prose.digest"], name=op.f("fk_paper_title_ref_prose")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_paper")),
        sa.UniqueConstraint("project", "seq", name=op.f("uq_paper_project_seq")),
    )
    op.create_table(
        "programme",
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("key", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("text_ref", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("loaded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["text_ref"], ["prose.digest"], name=op.f("fk_programme_text_ref_prose")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_programme")),
    )
    with op.batch_alter_table("programme", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_programme_loaded_at"), ["loaded_at"], unique=False)

    op.create_table(
        "role",
        sa.Column("project", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("role", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("person", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("valid_from", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_role_person_person")),
        sa.ForeignKeyConstraint(["project"], ["project.key"], name=op.f("fk_role_project_project")),
        sa.PrimaryKeyConstraint("project", "seq", name=op.f("pk_role")),
    )
    with op.batch_alter_table("role", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_person"), ["person"], unique=False)

    op.create_table(
        "seat_holding",
        sa.Column("body", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seat", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("capacity", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("valid_from", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("valid_to", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("person", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.CheckConstraint(
            "capacity in ('holder', 'acting', 'deputy')", name=op.f("ck_seat_holding_capacity")
        ),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_seat_holding_person_person")),
        sa.PrimaryKeyConstraint("body", "seat", "capacity", "valid_from", name=op.f("pk_seat_holding")),
    )
    with op.batch_alter_table("seat_holding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seat_holding_person"), ["person"], unique=False)

    op.create_table(
        "gate_case",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("number", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("project", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("gate", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("body", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("handling", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.Column("roll", sa.JSON(), nullable=False),
        sa.Column("status", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("digest", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("dossier_ref", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("proposal_ref", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("requested_by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("opened_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("answer_by", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("meeting", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("closed_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("outcome", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("basis", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("concluded_by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("wording_ref", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("conditions_ref", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("tally", sa.JSON(), nullable=True),
        sa.CheckConstraint("status in ('open', 'decided', 'withdrawn')", name=op.f("ck_gate_case_status")),
        sa.ForeignKeyConstraint(
            ["concluded_by"], ["person.id"], name=op.f("fk_gate_case_concluded_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["conditions_ref"], ["prose.digest"], name=op.f("fk_gate_case_conditions_ref_prose")
        ),
        sa.ForeignKeyConstraint(
            ["dossier_ref"], ["prose.digest"], name=op.f("fk_gate_case_dossier_ref_prose")
        ),
        sa.ForeignKeyConstraint(["meeting"], ["meeting.id"], name=op.f("fk_gate_case_meeting_meeting")),
        sa.ForeignKeyConstraint(["project"], ["project.key"], name=op.f("fk_gate_case_project_project")),
        sa.ForeignKeyConstraint(
            ["proposal_ref"], ["prose.digest"], name=op.f("fk_gate_case_proposal_ref_prose")
        ),
        sa.ForeignKeyConstraint(
            ["requested_by"], ["person.id"], name=op.f("fk_gate_case_requested_by_person")
        ),
        sa.ForeignKeyConstraint(
            ["wording_ref"], ["prose.digest"], name=op.f("fk_gate_case_wording_ref_prose")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_case")),
        sa.UniqueConstraint("number", name=op.f("uq_gate_case_number")),
    )
    with op.batch_alter_table("gate_case", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_gate_case_meeting"), ["meeting"], unique=False)
        batch_op.create_index(batch_op.f("ix_gate_case_project"), ["project"], unique=False)
        batch_op.create_index(
            "uq_gate_case_one_open",
            ["project"],
            unique=True,
            sqlite_where=sa.text("status = 'open'"),
            postgresql_where=sa.text("status = 'open'"),
        )

    op.create_table(
        "meeting_item",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("meeting", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("title_ref", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("text_ref", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.CheckConstraint("kind in ('orientering', 'drofting')", name=op.f("ck_meeting_item_kind")),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_meeting_item_by_person")),
        sa.ForeignKeyConstraint(["meeting"], ["meeting.id"], name=op.f("fk_meeting_item_meeting_meeting")),
        sa.ForeignKeyConstraint(["text_ref"], ["prose.digest"], name=op.f("fk_meeting_item_text_ref_prose")),
        sa.ForeignKeyConstraint(
            ["title_ref"], ["prose.digest"], name=op.f("fk_meeting_item_title_ref_prose")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_item")),
    )
    with op.batch_alter_table("meeting_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_item_meeting"), ["meeting"], unique=False)

    op.create_table(
        "minutes",
        sa.Column("meeting", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("model_ref", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("written_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("sent", sa.Boolean(), nullable=False),
        sa.Column("approved_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("approved_by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.ForeignKeyConstraint(["approved_by"], ["person.id"], name=op.f("fk_minutes_approved_by_person")),
        sa.ForeignKeyConstraint(["meeting"], ["meeting.id"], name=op.f("fk_minutes_meeting_meeting")),
        sa.ForeignKeyConstraint(["model_ref"], ["prose.digest"], name=op.f("fk_minutes_model_ref_prose")),
        sa.ForeignKeyConstraint(["sha256"], ["blob.sha256"], name=op.f("fk_minutes_sha256_blob")),
        sa.PrimaryKeyConstraint("meeting", "version", name=op.f("pk_minutes")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("subject", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("recipient", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("occurrence", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("link", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("state", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("due_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("created_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("claimed_by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("lease_until", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("address", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("payload", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("template_digest", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("message_id", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("dated", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("settled_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=True),
        sa.Column("reason", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.CheckConstraint(
            "state in ('due', 'claimed', 'in_doubt', 'retry', 'sent', 'bounced', 'dead', 'withdrawn')",
            name=op.f("ck_outbox_state"),
        ),
        sa.ForeignKeyConstraint(["link"], ["link.id"], name=op.f("fk_outbox_link_link")),
        sa.ForeignKeyConstraint(["recipient"], ["person.id"], name=op.f("fk_outbox_recipient_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint(
            "subject",
            "kind",
            "recipient",
            "occurrence",
            name=op.f("uq_outbox_subject_kind_recipient_occurrence"),
        ),
    )
    with op.batch_alter_table("outbox", schema=None) as batch_op:
        batch_op.create_index(
            "ix_outbox_waiting",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("state IN ('due', 'retry', 'claimed', 'in_doubt')"),
            postgresql_where=sa.text("state IN ('due', 'retry', 'claimed', 'in_doubt')"),
        )

    op.create_table(
        "visit",
        sa.Column("sha256", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("kind", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("link", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("person", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("opened_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("not_after", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("kind in ('session', 'device')", name=op.f("ck_visit_kind")),
        sa.ForeignKeyConstraint(["link"], ["link.id"], name=op.f("fk_visit_link_link")),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_visit_person_person")),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_visit")),
    )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_visit_person"), ["person"], unique=False)

    op.create_table(
        "amendment",
        sa.Column("case", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("substance", sa.Boolean(), nullable=False),
        sa.Column("what_ref", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_amendment_by_person")),
        sa.ForeignKeyConstraint(["case"], ["gate_case.id"], name=op.f("fk_amendment_case_gate_case")),
        sa.ForeignKeyConstraint(["what_ref"], ["prose.digest"], name=op.f("fk_amendment_what_ref_prose")),
        sa.PrimaryKeyConstraint("case", "seq", name=op.f("pk_amendment")),
    )
    op.create_table(
        "attempt",
        sa.Column("letter", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("phase", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("reply", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.ForeignKeyConstraint(["letter"], ["outbox.id"], name=op.f("fk_attempt_letter_outbox")),
        sa.PrimaryKeyConstraint("letter", "number", name=op.f("pk_attempt")),
    )
    op.create_table(
        "ballot",
        sa.Column("id", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("case", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("seat", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("person", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("choice", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("nonce", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("comment_ref", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("condition_ref", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("recorded_by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("cast_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["case"], ["gate_case.id"], name=op.f("fk_ballot_case_gate_case")),
        sa.ForeignKeyConstraint(["comment_ref"], ["prose.digest"], name=op.f("fk_ballot_comment_ref_prose")),
        sa.ForeignKeyConstraint(
            ["condition_ref"], ["prose.digest"], name=op.f("fk_ballot_condition_ref_prose")
        ),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name=op.f("fk_ballot_person_person")),
        sa.ForeignKeyConstraint(["recorded_by"], ["person.id"], name=op.f("fk_ballot_recorded_by_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ballot")),
        sa.UniqueConstraint("case", "nonce", name=op.f("uq_ballot_case_nonce")),
    )
    with op.batch_alter_table("ballot", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_ballot_case"), ["case"], unique=False)

    op.create_table(
        "condition_act",
        sa.Column("case", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("condition", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("act", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("due", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("words_ref", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.CheckConstraint("act in ('settled', 'extended')", name=op.f("ck_condition_act_act")),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_condition_act_by_person")),
        sa.ForeignKeyConstraint(["case"], ["gate_case.id"], name=op.f("fk_condition_act_case_gate_case")),
        sa.ForeignKeyConstraint(
            ["words_ref"], ["prose.digest"], name=op.f("fk_condition_act_words_ref_prose")
        ),
        sa.PrimaryKeyConstraint("case", "seq", name=op.f("pk_condition_act")),
    )
    op.create_table(
        "phase",
        sa.Column("project", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("phase", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("effective", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("assumed", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.Column("case", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.ForeignKeyConstraint(["case"], ["gate_case.id"], name=op.f("fk_phase_case_gate_case")),
        sa.ForeignKeyConstraint(["project"], ["project.key"], name=op.f("fk_phase_project_project")),
        sa.PrimaryKeyConstraint("project", "seq", name=op.f("pk_phase")),
    )
    op.create_table(
        "recusal",
        sa.Column("case", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("seat", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("recused", sa.Boolean(), nullable=False),
        sa.Column("reason_ref", sqlmodel.sql.sqltypes.AutoString(), nullable=False),
        sa.Column("by", sqlmodel.sql.sqltypes.AutoString(), nullable=True),
        sa.Column("at", sqlmodel.sql.sqltypes.UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["by"], ["person.id"], name=op.f("fk_recusal_by_person")),
        sa.ForeignKeyConstraint(["case"], ["gate_case.id"], name=op.f("fk_recusal_case_gate_case")),
        sa.ForeignKeyConstraint(["reason_ref"], ["prose.digest"], name=op.f("fk_recusal_reason_ref_prose")),
        sa.PrimaryKeyConstraint("case", "seq", name=op.f("pk_recusal")),
    )
    for statement in _GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


_GUARDS = {
    "sqlite": (
        """
        CREATE TRIGGER ledger_leaf_stays BEFORE DELETE ON ledger_leaf
        BEGIN SELECT RAISE(ABORT, 'a ledger leaf is never removed'); END
        """,
        """
        CREATE TRIGGER ledger_leaf_keeps BEFORE UPDATE ON ledger_leaf
        BEGIN SELECT RAISE(ABORT, 'a ledger leaf is never changed'); END
        """,
        # INSERT OR REPLACE removes the old row without asking the trigger for DELETE.
        """
        CREATE TRIGGER ledger_leaf_holds BEFORE INSERT ON ledger_leaf
        WHEN EXISTS (SELECT 1 FROM ledger_leaf WHERE chain = NEW.chain AND seq = NEW.seq)
        BEGIN SELECT RAISE(ABORT, 'a ledger leaf is never replaced'); END
        """,
    ),
    "postgresql": (
        """
        CREATE FUNCTION ledger_leaf_refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'a ledger leaf is never changed or removed'; END $$
        """,
        """
        CREATE TRIGGER ledger_leaf_stays BEFORE DELETE ON ledger_leaf
        FOR EACH ROW EXECUTE FUNCTION ledger_leaf_refuse()
        """,
        """
        CREATE TRIGGER ledger_leaf_keeps BEFORE UPDATE ON ledger_leaf
        FOR EACH ROW EXECUTE FUNCTION ledger_leaf_refuse()
        """,
        """
        CREATE TRIGGER ledger_leaf_holds BEFORE TRUNCATE ON ledger_leaf
        FOR EACH STATEMENT EXECUTE FUNCTION ledger_leaf_refuse()
        """,
    ),
}

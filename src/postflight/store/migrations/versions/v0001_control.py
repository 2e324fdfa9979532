"""The control database: plans, what went live, what was observed, what was judged, and what people said.

Nearly everything here is only ever added to. What must stay as it was (a card, an observation, a word given) is guarded by the
database itself. Instants are microseconds since 1970 in UTC. Structures are JSON, in the format of `store/codec.py`.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

KEPT = (
    "plans",
    "releases",
    "observations",
    "baselines",
    "cards",
    "card_kpis",
    "card_observations",
    "signoffs",
    "annotations",
    "records",
    "audit",
)


def upgrade() -> None:
    """Make every table, its indexes and its guards."""
    op.create_table(
        "plans",
        *_key("hash"),
        _text("product"),
        _text("version"),
        _text("bindings"),
        _text("files"),  # JSON: file name to text, all that is needed to compile the plan again
        _instant("kept_at"),
    )
    op.create_table(
        "deployments",
        *_key("id"),
        _text("version"),
        _text("environment"),
        _text("commit_id"),
        _instant("started_at"),
        _instant("ended_at"),  # equal to started_at until it is finished
        sa.UniqueConstraint("plan_id", "environment", "version", "started_at"),
    )
    op.create_index("deployments_by_time", "deployments", ["plan_id", "started_at"])
    op.create_table(
        "releases",
        *_key("id"),
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),  # 1 is the seal, later ones are edits
        _text("deployments"),  # JSON: ids
        _text("promise"),
        _text("hash"),
        _text("added_by"),
        _instant("added_at"),
    )
    op.create_table(
        "observations",
        *_key("id"),
        _text("kpi"),
        _text("role"),
        _instant("window_start"),
        _instant("window_end"),
        _instant("asked_at"),
        _text("definition"),
        sa.Column("answered", sa.Boolean, nullable=False),  # evidence, not Nothing
        _text("outcome"),
        _text("hash"),
    )
    op.create_index("observations_by_kpi", "observations", ["plan_id", "kpi", "role", "asked_at"])
    op.create_index("observations_by_window", "observations", ["plan_id", "kpi", "role", "window_start", "window_end"])
    op.create_table(
        "baselines",
        *_key("deployment_id", "kpi"),
        sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),  # the newest holds
        _text("state"),  # measured, pinned, invalidated
        _text("observation_id"),
        _text("pinned_to"),  # a deployment's id, or ''
        _text("reason"),
        _text("set_by"),
        _instant("set_at"),
        _refers("deployment_id", "deployments"),
        _refers("observation_id", "observations"),
    )
    op.create_table(
        "cards",
        *_key("id"),
        _text("deployment_id"),  # '' for none
        _text("release_id"),  # '' for none
        _instant("judged_at"),
        _text("plan_hash"),
        _text("method"),
        _text("verdict"),
        sa.Column("composite", sa.Double),
        sa.Column("score_low", sa.Double),
        sa.Column("score_high", sa.Double),
        sa.Column("coverage", sa.Double),
        _text("grade"),
        _text("status"),
        _text("occasion"),
        _text("past"),  # as it was before this card
        sa.Column("document", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["plan_id", "plan_hash"], ["plans.plan_id", "plans.hash"]),
    )
    op.create_index("cards_by_time", "cards", ["plan_id", "judged_at"])
    op.create_index("cards_by_deployment", "cards", ["plan_id", "deployment_id", "judged_at"])
    op.create_index("cards_by_release", "cards", ["plan_id", "release_id", "judged_at"])
    op.create_table(
        "card_kpis",
        *_key("card_id", "kpi"),
        _text("level"),
        sa.Column("value", sa.Double),
        sa.Column("blocker", sa.Boolean, nullable=False),
        _text("definition"),
        _refers("card_id", "cards"),
    )
    op.create_table(
        "card_observations",
        *_key("card_id"),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        _text("observation_id"),
        _refers("card_id", "cards"),
        _refers("observation_id", "observations"),
    )
    op.create_table("pasts", *_key("subject"), _text("past"))
    op.create_table(
        "signoffs",
        *_key("id"),
        _text("subject"),
        _text("milestone"),
        _text("item"),
        sa.Column("met", sa.Boolean, nullable=False),
        _text("signed_by"),
        _instant("signed_at"),
        _text("evidence"),
        sa.Column("expires_at", sa.BigInteger),
    )
    op.create_index("signoffs_by_subject", "signoffs", ["plan_id", "subject", "signed_at"])
    op.create_table(
        "annotations",
        *_key("id"),
        _instant("starts_at"),
        _instant("ends_at"),
        _text("text"),
        _text("added_by"),
        _instant("added_at"),
    )
    op.create_index("annotations_by_time", "annotations", ["plan_id", "starts_at"])
    op.create_table(
        "records",
        *_key("id"),
        _text("kpi"),
        sa.Column("value", sa.Double, nullable=False),  # in the KPI's unit as shown
        _text("recorded_by"),
        _instant("recorded_at"),
        _text("evidence"),
        sa.Column("expires_at", sa.BigInteger),
    )
    op.create_index("records_by_kpi", "records", ["plan_id", "kpi", "recorded_at"])
    op.create_table(
        "audit",
        *_key("id"),
        _instant("done_at"),
        _text("done_by"),
        _text("action"),
        _text("subject"),
        _text("before"),  # JSON, {} for nothing
        _text("after"),
    )
    op.create_index("audit_by_time", "audit", ["plan_id", "done_at"])
    _guard()


def _key(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, primary_key=True) for name in ("plan_id", *names)]


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _instant(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False)


def _refers(column: str, table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["plan_id", column], [f"{table}.plan_id", f"{table}.id"])


def _guard() -> None:
    """The database refuses to change or delete what is kept, whoever asks."""
    if op.get_bind().dialect.name == "sqlite":
        for table in KEPT:
            for change in ("UPDATE", "DELETE"):
                op.execute(
                    f"CREATE TRIGGER {table}_no_{change.lower()} BEFORE {change} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{table} are kept as they were'); END"
                )
        return
    op.execute(
        "CREATE FUNCTION keep_as_it_was() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% are kept as they were', TG_TABLE_NAME; END $$"
    )
    for table in KEPT:
        op.execute(
            f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION keep_as_it_was()"
        )

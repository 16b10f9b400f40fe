"""A database becomes a demo's, so that `faseport demo` may use it, and no other."""

from engine.store import settings
from engine.store.session import Database


def mark_demo(db: Database) -> None:
    """Write in the database that it is a demo."""
    with db.writing() as tx:
        settings.put(tx, settings.DEMO, "yes")

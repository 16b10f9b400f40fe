"""How alembic runs here: on the connection `engine.store.schema` hands it, inside that one transaction."""

from alembic import context

from engine.store.tables.base import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    transactional_ddl=True,
    compare_type=True,
)
context.run_migrations()

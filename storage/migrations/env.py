"""Alembic's entry: run the migrations on the connection that `limner.storage.upgrade` hands over.

The transaction is the caller's: one for all migrations, so that a failed upgrade leaves the old schema whole.
"""

from alembic import context

from limner.storage.schema import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()

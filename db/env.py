"""Alembic's environment: the migrations of the centre's tables, one chain for SQLite and Postgres.

The program hands its connection over (judge_app/store/central_database.py); by hand it is
``alembic -c db/alembic.ini -x url=sqlite:///centre.db upgrade head``.
"""

from __future__ import annotations

from alembic import context

from judge_app.store.central_database import VERSION_TABLE, engine_for, parse_url
from judge_app.store.central_tables import metadata


def run(connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        version_table=VERSION_TABLE,
        render_as_batch=True,
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def run_by_hand() -> None:
    url = context.get_x_argument(as_dictionary=True).get("url")
    if not url:
        raise SystemExit("say which database: -x url=sqlite:///FILE or -x url=postgresql+psycopg://USER@HOST/DATABASE")
    engine = engine_for(parse_url(url))
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        run(connection)
    engine.dispose()


handed_over = context.config.attributes.get("connection")
if context.is_offline_mode():
    raise SystemExit("SQL scripts are not made: the migrations look at the database")
if handed_over is not None:
    run(handed_over)
else:
    run_by_hand()

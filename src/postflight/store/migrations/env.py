"""Alembic's entry: runs the migrations on the connection and in the transaction that `schema.py` handed over."""

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, version_table="schema_version", transactional_ddl=True)
if connection.dialect.name == "postgresql":
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
    if connection.exec_driver_sql("SELECT to_regnamespace('postflight') IS NULL").scalar():
        connection.exec_driver_sql("CREATE SCHEMA postflight")
context.run_migrations()

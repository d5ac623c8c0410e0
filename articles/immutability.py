"""A migration operation that makes the database itself refuse to change what must never change.

SQLite rebuilds a table when a later migration alters it, and drops the table's triggers with the old one: such a
migration repeats the operation at its end (a test tries an update on every protected table).
"""

from collections.abc import Sequence
from typing import Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState


class ForbidChanges(Operation):
    """Refuse every UPDATE that would change one of ``columns`` of a model's table, with ``message``.

    With ``only_once``, rows in which that column is still NULL may change.

    Raises ``django.db.IntegrityError`` in the application. Rows can still be deleted (a database flush does so);
    the corrections log's chain of digests tells of removals.
    """

    reversible = True
    reduces_to_sql = True

    def __init__(self, model: str, columns: Sequence[str], message: str, only_once: str = "") -> None:
        self.model = model
        self.columns = list(columns)
        self.message = message
        self.only_once = only_once

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Leave the models' state as it is: only the database changes."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: ProjectState
    ) -> None:
        """Create the trigger."""
        table = to_state.apps.get_model(app_label, self.model)._meta.db_table
        for statement in self._drop(schema_editor, table) + self._create(schema_editor, table):
            schema_editor.execute(statement)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: Any, to_state: ProjectState
    ) -> None:
        """Drop the trigger."""
        table = from_state.apps.get_model(app_label, self.model)._meta.db_table
        for statement in self._drop(schema_editor, table):
            schema_editor.execute(statement)

    def describe(self) -> str:
        """Say what the operation does, for ``migrate --plan``."""
        return f"Forbid changes of {', '.join(self.columns)} in {self.model}"

    def _create(self, schema_editor: BaseDatabaseSchemaEditor, table: str) -> list[str]:
        columns = ", ".join(f'"{c}"' for c in self.columns)
        is_fixed = f'OLD."{self.only_once}" IS NOT NULL AND ' if self.only_once else ""
        if schema_editor.connection.vendor == "postgresql":
            changed = " OR ".join(f'OLD."{c}" IS DISTINCT FROM NEW."{c}"' for c in self.columns)
            return [
                f"CREATE FUNCTION {table}_unchanging() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN RAISE EXCEPTION '{self.message}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
                f"CREATE TRIGGER {table}_unchanging BEFORE UPDATE OF {columns} ON {table} "
                f"FOR EACH ROW WHEN ({is_fixed}({changed})) EXECUTE FUNCTION {table}_unchanging()",
            ]
        changed = " OR ".join(f'OLD."{c}" IS NOT NEW."{c}"' for c in self.columns)
        return [
            f"CREATE TRIGGER {table}_unchanging BEFORE UPDATE OF {columns} ON {table} "
            f"WHEN {is_fixed}({changed}) BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
        ]

    @staticmethod
    def _drop(schema_editor: BaseDatabaseSchemaEditor, table: str) -> list[str]:
        if schema_editor.connection.vendor == "postgresql":
            return [
                f"DROP TRIGGER IF EXISTS {table}_unchanging ON {table}",
                f"DROP FUNCTION IF EXISTS {table}_unchanging()",
            ]
        return [f"DROP TRIGGER IF EXISTS {table}_unchanging"]

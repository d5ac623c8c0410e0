"""Events name the key that was used; idempotency keys move to ``rest``, with the table and all that is in it."""

import django.db.models.deletion
from django.db import migrations, models

from articles.immutability import ForbidChanges


class Migration(migrations.Migration):
    dependencies = [("corrections", "0007_search_and_filters"), ("rest", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="event",
            name="key",
            field=models.ForeignKey(blank=True, help_text="The API key that was used, if it was done by another system.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="rest.key", verbose_name="by key"),
        ),
        ForbidChanges(
            "Event",
            ["case_id", "kind", "at", "by_id", "key_id", "old_status", "new_status", "note", "data"],
            "An event never changes.",
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.AlterModelTable("IdempotencyKey", "rest_idempotencykey")],
            state_operations=[migrations.DeleteModel("IdempotencyKey")],
        ),
    ]

"""Indexes for what needs an approval and for what is overdue, also after the case's end; the words of quotes, stored."""

from django.db import migrations, models

from articles.postgresql import OnPostgreSQL


class Migration(migrations.Migration):
    dependencies = [("corrections", "0022_due_approvals")]

    operations = [
        migrations.RemoveIndex(model_name='case', name='case_to_approve'),
        migrations.RemoveIndex(model_name='case', name='case_due'),
        migrations.RemoveIndex(model_name='case', name='case_owed'),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('status', 'awaiting_approval'), ('approval_due_at__isnull', False), _connector='OR'), fields=['-priority', 'first_reported_at', 'id'], name='case_needs_approval'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('resolved_at__isnull', True), ('approval_due_at__isnull', False), _connector='OR'), fields=['due_at', 'id'], name='case_overdue'),
        ),
        # Reckoned once for each quote, and not for each row that a search looks at.
        OnPostgreSQL("DROP INDEX case_search", "CREATE INDEX case_search ON corrections_case "
                     "USING gin (to_tsvector('simple'::regconfig, COALESCE(exact, '')))"),
        OnPostgreSQL(
            "ALTER TABLE corrections_case ADD COLUMN search tsvector "
            "GENERATED ALWAYS AS (to_tsvector('simple', exact)) STORED",
            "ALTER TABLE corrections_case DROP COLUMN search",
        ),
        OnPostgreSQL("CREATE INDEX case_search ON corrections_case USING gin (search)", "DROP INDEX case_search"),
    ]

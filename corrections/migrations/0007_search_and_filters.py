"""The words of every quote, ready to be searched where the database is PostgreSQL; indexes for the desk's filters."""

from django.db import migrations, models

from articles.postgresql import OnPostgreSQL


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0005_search'),
        ("corrections", "0006_sites"),
    ]

    operations = [
        # The expression is the one that ``SearchVector("exact", config="simple")`` makes; another one has no index.
        OnPostgreSQL(
            "CREATE INDEX case_search ON corrections_case "
            "USING gin (to_tsvector('simple'::regconfig, COALESCE(exact, '')))",
            "DROP INDEX case_search",
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('resolved_at__isnull', True)), fields=['category', '-priority', 'first_reported_at', 'id'], name='case_by_category'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('arrival__in', ('reopened', 'regression', 'appeal', 'woken')), ('resolved_at__isnull', True)), fields=['-priority', 'first_reported_at', 'id'], name='case_back_again'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('report_count__gte', 2), ('resolved_at__isnull', True)), fields=['-priority', 'first_reported_at', 'id'], name='case_reported_often'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('resolved_at__isnull', True)), fields=['first_reported_at', 'id'], name='case_oldest'),
        ),
    ]

"""The name by which a reader consents to be thanked."""

from django.db import migrations, models

from articles.immutability import ForbidChanges


class Migration(migrations.Migration):

    dependencies = [
        ('corrections', '0010_addresses'),
    ]

    operations = [
        migrations.AddField(
            model_name='report',
            name='credit',
            field=models.CharField(blank=True, help_text='With the reader’s consent; empty without it.', max_length=100, verbose_name='thank by the name'),
        ),
        ForbidChanges(
            "Report",
            [
                "article_id", "url", "site_id", "revision_number", "part", "exact", "prefix", "suffix", "start",
                "category", "suggestion", "comment", "received_at",
            ],
            "A report is kept as received.",
        ),
    ]

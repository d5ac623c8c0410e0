"""The words of the newsroom's articles, counted; the articles that there are already are counted by deferred work."""

from itertools import islice

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def count_what_there_is(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    Job = apps.get_model("corrections", "Job")
    current = apps.get_model("articles", "Article").objects.exclude(current=None).values_list("current", flat=True)
    jobs = (Job(kind="count_words", subject_id=str(pk), lane="words") for pk in current.iterator())
    while batch := list(islice(jobs, 1000)):
        Job.objects.bulk_create(batch, ignore_conflicts=True)


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0007_daily_reads'),
        ("corrections", "0014_break_glass"),
    ]

    operations = [
        migrations.CreateModel(
            name='CountedText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('article', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='articles.article')),
                ('revision', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='articles.revision')),
            ],
            options={
                'verbose_name': 'counted text',
                'verbose_name_plural': 'counted texts',
            },
        ),
        migrations.CreateModel(
            name='WordCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', models.CharField(max_length=35)),
                ('word', models.CharField(max_length=60)),
                ('articles', models.IntegerField(default=0)),
            ],
            options={
                'verbose_name': 'count of a word',
                'verbose_name_plural': 'counts of words',
                'constraints': [models.UniqueConstraint(fields=('language', 'word'), name='word_once_a_language')],
            },
        ),
        migrations.RunPython(count_what_there_is, migrations.RunPython.noop),
    ]

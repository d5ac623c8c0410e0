"""Other sites with our script, and of which of them a report came."""

import django.db.models.deletion
from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import corrections.models
from articles.immutability import ForbidChanges


def let_chief_editors_manage_sites(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Permissions are otherwise made after all migrations have run.
    config = apps.get_app_config("corrections")
    module, config.models_module = getattr(config, "models_module", None), True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = module
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    group = Group.objects.filter(name="Chief editors").first()
    if group:
        names = ["add_site", "change_site", "delete_site", "view_site"]
        group.permissions.add(*Permission.objects.filter(codename__in=names))


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0004_find_by_source'),
        ('corrections', '0005_portable_desk_indexes'),
    ]

    operations = [
        migrations.CreateModel(
            name='Site',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, unique=True, verbose_name='name')),
                ('key', models.CharField(default=corrections.models.make_site_key, editable=False, max_length=32, unique=True, verbose_name='key')),
                ('origins', models.TextField(help_text='Exactly from where its pages come, one a line: https://www.example.org, without a path.', verbose_name='origins')),
                ('may_fetch', models.BooleanField(default=False, help_text='Whether an article that we do not have yet is read from its address when a reader reports it.', verbose_name='fetch its articles')),
                ('active', models.BooleanField(default=True, help_text='Whether its pages may send reports.', verbose_name='active')),
                ('reports_per_minute', models.PositiveIntegerField(default=60, help_text='From all its readers together.', verbose_name='reports a minute')),
                ('created_at', models.DateTimeField(auto_now_add=True, verbose_name='created')),
            ],
            options={
                'verbose_name': 'site',
                'verbose_name_plural': 'sites',
                'ordering': ['name'],
            },
        ),
        migrations.AddField(
            model_name='report',
            name='site',
            field=models.ForeignKey(blank=True, help_text='The other site on whose page the reader was.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='corrections.site', verbose_name='site'),
        ),
        migrations.AddIndex(
            model_name='report',
            index=models.Index(condition=models.Q(('site__isnull', False)), fields=['site', 'received_at'], name='report_site_rate'),
        ),
        migrations.RunPython(let_chief_editors_manage_sites, migrations.RunPython.noop),
        ForbidChanges(
            "Report",
            [
                "article_id", "url", "site_id", "revision_number", "part", "exact", "prefix", "suffix", "start",
                "category", "suggestion", "comment", "received_at",
            ],
            "A report is kept as received.",
        ),
    ]

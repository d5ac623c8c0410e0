"""The snapshots of the statistics, and the chief editors' right to see the figures of each editor."""

import django.utils.timezone
from django.apps.registry import Apps
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

GROUPS = {"Chief editors": ["view_editor_figures"]}


def grant(apps: Apps, schema_editor: BaseDatabaseSchemaEditor | None) -> None:
    # Permissions are otherwise made after all migrations have run, too late for the groups.
    config = apps.get_app_config("corrections")
    module, config.models_module = getattr(config, "models_module", None), True
    create_permissions(config, apps=apps, verbosity=0)
    config.models_module = module
    Permission = apps.get_model("auth", "Permission")
    for name, codenames in GROUPS.items():
        for group in apps.get_model("auth", "Group").objects.filter(name=name):
            group.permissions.add(*Permission.objects.filter(codename__in=codenames))


class Migration(migrations.Migration):

    dependencies = [
        ('corrections', '0008_event_key'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='DailySnapshot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(unique=True, verbose_name='day')),
                ('basis', models.CharField(max_length=64, verbose_name='basis')),
                ('figures', models.JSONField(verbose_name='figures')),
                ('taken_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='taken')),
            ],
            options={
                'verbose_name': 'daily snapshot',
                'verbose_name_plural': 'daily snapshots',
                'permissions': [('view_editor_figures', 'Can see the figures of each editor')],
                'default_permissions': ('view',),
            },
        ),
        migrations.AlterField(
            model_name='event',
            name='kind',
            field=models.CharField(choices=[('opened', 'opened'), ('reported', 'reported'), ('looked', 'looked at'), ('claimed', 'claimed'), ('taken_over', 'taken over'), ('released', 'released'), ('rejected', 'rejected'), ('drafted', 'correction drafted'), ('approved', 'approved'), ('returned', 'returned'), ('corrected', 'corrected'), ('already_fixed', 'already fixed'), ('snoozed', 'snoozed'), ('woken', 'woken'), ('merged', 'merged'), ('reopened', 'reopened'), ('appealed', 'appealed'), ('reanchored', 'passage carried over'), ('placed', 'passage picked'), ('amended', 'correction amended'), ('withdrawn', 'correction withdrawn'), ('undone', 'decision taken back')], max_length=20, verbose_name='what'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(fields=['at'], name='event_by_time'),
        ),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]

"""An approval that is owed since the glass was broken, and who may break it."""

from django.apps.registry import Apps
from django.conf import settings
from django.contrib.auth.management import create_permissions
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from articles.immutability import ForbidChanges

GROUPS = {"Standards editors": ["break_glass"], "Chief editors": ["break_glass"]}


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
        ('articles', '0005_search'),
        ('corrections', '0013_presence'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='case',
            options={'permissions': [('review_case', 'Can review cases: claim, correct, reject'), ('approve_serious', 'Can approve serious corrections'), ('approve_withdrawal', 'Can approve the withdrawal of an article'), ('break_glass', 'Can publish at once what needs an approval, which is then owed')], 'verbose_name': 'case', 'verbose_name_plural': 'review queue'},
        ),
        migrations.AddField(
            model_name='case',
            name='approval_due_at',
            field=models.DateTimeField(blank=True, help_text='Until when a correction that was published without its approval has to be approved or refused.', null=True, verbose_name='approval owed'),
        ),
        migrations.AddField(
            model_name='correction',
            name='approval_due_at',
            field=models.DateTimeField(blank=True, help_text='Empty when none is owed (any more).', null=True, verbose_name='approval owed'),
        ),
        migrations.AddField(
            model_name='correction',
            name='break_glass_reason',
            field=models.TextField(blank=True, help_text='Why it was published before it was approved.', verbose_name='reason of the haste'),
        ),
        migrations.AlterField(
            model_name='event',
            name='kind',
            field=models.CharField(choices=[('opened', 'opened'), ('reported', 'reported'), ('looked', 'looked at'), ('claimed', 'claimed'), ('taken_over', 'taken over'), ('released', 'released'), ('rejected', 'rejected'), ('drafted', 'correction drafted'), ('approved', 'approved'), ('returned', 'returned'), ('corrected', 'corrected'), ('already_fixed', 'already fixed'), ('snoozed', 'snoozed'), ('woken', 'woken'), ('merged', 'merged'), ('unmerged', 'parted again'), ('reopened', 'reopened'), ('appealed', 'appealed'), ('reanchored', 'passage carried over'), ('placed', 'passage picked'), ('amended', 'correction amended'), ('withdrawn', 'correction withdrawn'), ('undone', 'decision taken back'), ('refused', 'approval refused')], max_length=20, verbose_name='what'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('approval_due_at__isnull', False)), fields=['-priority', 'first_reported_at', 'id'], name='case_owed'),
        ),
        ForbidChanges(
            "Correction",
            [
                "case_id", "article_id", "base_id", "revision_id", "kind", "severity", "part", "start", "before",
                "after", "notice", "language", "drafted_by_id", "published_at", "year", "sequence", "number",
                "amends_id", "break_glass_reason",
            ],
            "A published correction never changes: amend it.",
            only_once="published_at",
        ),
        migrations.RunPython(grant, migrations.RunPython.noop),
    ]

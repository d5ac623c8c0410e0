"""The clocks of cases, and what letters an editor wants. Cases that are there already ring at once, if they wait."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


def start_clocks(apps, schema_editor):
    cases = apps.get_model("corrections", "Case").objects
    cases.update(came_at=models.F("first_reported_at"))
    cases.filter(resolved_at__isnull=False).update(alarm_at=None)


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0007_daily_reads'),
        ('corrections', '0016_lanes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Preferences',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.BooleanField(default=True, verbose_name='Every morning, what waits at the desk')),
                ('language', models.CharField(blank=True, choices=[('en', 'English'), ('uk', 'Українська')], help_text='The newsroom’s, when left empty.', max_length=35, verbose_name='language')),
            ],
            options={
                'verbose_name': 'preferences',
                'verbose_name_plural': 'preferences',
            },
        ),
        migrations.AddField(
            model_name='case',
            name='alarm_at',
            field=models.DateTimeField(blank=True, default=django.utils.timezone.now, null=True, verbose_name='clock rings'),
        ),
        migrations.AddField(
            model_name='case',
            name='came_at',
            field=models.DateTimeField(default=django.utils.timezone.now, help_text="For the first time or again: its clock's start.", verbose_name='came into the queue'),
        ),
        migrations.AlterField(
            model_name='event',
            name='kind',
            field=models.CharField(choices=[('opened', 'opened'), ('reported', 'reported'), ('looked', 'looked at'), ('claimed', 'claimed'), ('taken_over', 'taken over'), ('released', 'released'), ('rejected', 'rejected'), ('drafted', 'correction drafted'), ('approved', 'approved'), ('returned', 'returned'), ('corrected', 'corrected'), ('already_fixed', 'already fixed'), ('snoozed', 'snoozed'), ('woken', 'woken'), ('merged', 'merged'), ('unmerged', 'parted again'), ('reopened', 'reopened'), ('appealed', 'appealed'), ('reanchored', 'passage carried over'), ('placed', 'passage picked'), ('amended', 'correction amended'), ('withdrawn', 'correction withdrawn'), ('undone', 'decision taken back'), ('refused', 'approval refused'), ('reminded', 'reminded'), ('escalated', 'escalated')], max_length=20, verbose_name='what'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('alarm_at__isnull', False)), fields=['alarm_at'], name='case_to_ring'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('resolved_at__isnull', True)), fields=['came_at', 'id'], name='case_by_coming'),
        ),
        migrations.AddField(
            model_name='preferences',
            name='user',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL, verbose_name='who'),
        ),
        migrations.RunPython(start_clocks, migrations.RunPython.noop),
    ]

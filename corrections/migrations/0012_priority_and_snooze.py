"""When a priority is reckoned anew; putting a case off until more reports come; parting merged cases."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0007_daily_reads'),
        ("corrections", "0011_credit"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='case',
            name='case_snoozed_until_a_time',
        ),
        migrations.AddField(
            model_name='case',
            name='rerank_at',
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name='priority reckoned anew'),
        ),
        migrations.AddField(
            model_name='case',
            name='wake_at_reports',
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name='snoozed until so many reports'),
        ),
        migrations.AlterField(
            model_name='event',
            name='kind',
            field=models.CharField(choices=[('opened', 'opened'), ('reported', 'reported'), ('looked', 'looked at'), ('claimed', 'claimed'), ('taken_over', 'taken over'), ('released', 'released'), ('rejected', 'rejected'), ('drafted', 'correction drafted'), ('approved', 'approved'), ('returned', 'returned'), ('corrected', 'corrected'), ('already_fixed', 'already fixed'), ('snoozed', 'snoozed'), ('woken', 'woken'), ('merged', 'merged'), ('unmerged', 'parted again'), ('reopened', 'reopened'), ('appealed', 'appealed'), ('reanchored', 'passage carried over'), ('placed', 'passage picked'), ('amended', 'correction amended'), ('withdrawn', 'correction withdrawn'), ('undone', 'decision taken back')], max_length=20, verbose_name='what'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('status', 'snoozed')), fields=['-priority', 'first_reported_at', 'id'], name='case_snoozed'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('resolved_at__isnull', True)), fields=['rerank_at'], name='case_to_rerank'),
        ),
        migrations.AddConstraint(
            model_name='case',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'snoozed'), _negated=True), ('snoozed_until__isnull', False), ('wake_at_reports__isnull', False), _connector='OR'), name='case_snoozed_until_something'),
        ),
    ]

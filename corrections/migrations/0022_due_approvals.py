"""A case that owes an approval is due when that is; the event of an amendment that waits for one."""

from django.db import migrations, models
from django.db.models import F


def move_due_times(apps, schema_editor):
    """What owes an approval is due when that is."""
    owing = apps.get_model("corrections", "Case").objects.filter(approval_due_at__isnull=False)
    owing.filter(resolved_at__isnull=False).update(due_at=F("approval_due_at"))
    owing.filter(resolved_at__isnull=True, due_at__gt=F("approval_due_at")).update(due_at=F("approval_due_at"))


class Migration(migrations.Migration):
    dependencies = [("corrections", "0021_pushed_events")]

    operations = [
        migrations.AlterField(
            model_name='case',
            name='due_at',
            field=models.DateTimeField(blank=True, help_text='When it has to be decided; while an approval is owed, when that is due, if that is earlier.', null=True, verbose_name='due'),
        ),
        migrations.AlterField(
            model_name='event',
            name='kind',
            field=models.CharField(choices=[('opened', 'opened'), ('reported', 'reported'), ('looked', 'looked at'), ('claimed', 'claimed'), ('taken_over', 'taken over'), ('released', 'released'), ('rejected', 'rejected'), ('drafted', 'correction drafted'), ('approved', 'approved'), ('returned', 'returned'), ('corrected', 'corrected'), ('already_fixed', 'already fixed'), ('snoozed', 'snoozed'), ('woken', 'woken'), ('merged', 'merged'), ('unmerged', 'parted again'), ('reopened', 'reopened'), ('appealed', 'appealed'), ('reanchored', 'passage carried over'), ('placed', 'passage picked'), ('amendment_drafted', 'amendment drafted'), ('amended', 'correction amended'), ('withdrawn', 'correction withdrawn'), ('undone', 'decision taken back'), ('refused', 'approval refused'), ('reminded', 'reminded'), ('escalated', 'escalated'), ('regressed', 'corrected error is back'), ('pushed', 'pushed to the CMS'), ('not_pushed', 'not pushed to the CMS')], max_length=20, verbose_name='what'),
        ),
        migrations.RunPython(move_due_times, migrations.RunPython.noop),
    ]

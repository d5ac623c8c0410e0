"""Readers who gave an address before addresses could be confirmed are asked once whether it is theirs.

A migration sends nothing: the letters are jobs like any other. Asked are those who still have an answer or an appeal
before them; nobody is written to without having confirmed.
"""

from datetime import timedelta

from django.db import migrations
from django.db.models import Q
from django.utils import timezone

from corrections.addresses import digests_of

STILL_OF_INTEREST = timedelta(days=30)
QUESTIONS_A_MINUTE = 60


def ask_earlier_readers(apps, schema_editor):
    Report, Address, Job = (apps.get_model("corrections", name) for name in ("Report", "Address", "Job"))
    now = timezone.now()
    open_or_recent = Q(case__resolved_at__isnull=True) | Q(case__resolved_at__gt=now - STILL_OF_INTEREST)
    reports = Report.objects.filter(open_or_recent, address=None).exclude(email="").order_by("-received_at")
    asked = 0
    for pk, email in reports.values_list("pk", "email"):
        digests = digests_of(email)
        address = Address.objects.filter(digest__in=digests).first()
        if address is None:
            address = Address.objects.create(digest=digests[0], asked_at=now, times_asked=1)
            due_at = now + timedelta(minutes=asked // QUESTIONS_A_MINUTE)
            Job.objects.create(kind="ask_to_confirm", subject_id=str(pk), lane="mail:questions", due_at=due_at)
            asked += 1
        Report.objects.filter(pk=pk).update(address=address)


class Migration(migrations.Migration):

    dependencies = [
        ('corrections', '0018_regressions'),
    ]

    operations = [
        migrations.RunPython(ask_earlier_readers, migrations.RunPython.noop),
    ]

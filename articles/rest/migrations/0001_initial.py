"""The keys of the API."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="Key",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(help_text="Of the system that uses the key.", max_length=100, unique=True, verbose_name="name")),
                ("prefix", models.CharField(editable=False, max_length=16, unique=True, verbose_name="begins with")),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("scopes", models.JSONField(default=list, verbose_name="scopes")),
                ("per_minute", models.PositiveIntegerField(default=600, help_text="More are told to wait (429).", validators=[django.core.validators.MinValueValidator(1)], verbose_name="calls a minute")),
                ("expires_at", models.DateTimeField(blank=True, help_text="Never, when left empty.", null=True, verbose_name="expires")),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name="made")),
                ("last_used_at", models.DateTimeField(editable=False, null=True, verbose_name="last used")),
                ("revoked_at", models.DateTimeField(editable=False, null=True, verbose_name="revoked")),
                ("busy_until", models.FloatField(default=0, editable=False, help_text="Unix time up to which the calls so far use the allowance up.")),
                ("acts_for", models.ForeignKey(help_text="What is done with the key is done in the name of this account, with its permissions.", on_delete=django.db.models.deletion.PROTECT, related_name="keys", to=settings.AUTH_USER_MODEL, verbose_name="acts for")),
                ("created_by", models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="made by")),
            ],
            options={
                "verbose_name": "API key",
                "verbose_name_plural": "API keys",
                "constraints": [models.CheckConstraint(condition=models.Q(("per_minute__gte", 1)), name="key_allows_calls")],
            },
        ),
    ]

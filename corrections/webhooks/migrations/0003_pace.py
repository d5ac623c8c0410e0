from django.db import migrations, models

CHOICES = [("new", "not tried yet"), ("prompt", "delivered at once"), ("slow", "slow or failed")]


def pace(default: str) -> models.CharField:
    return models.CharField(choices=CHOICES, default=default, editable=False, max_length=8, verbose_name="last try")


class Migration(migrations.Migration):
    # What waits for the endpoints that there are is in the lanes of the prompt, so that is what they begin as.

    dependencies = [
        ("webhooks", "0002_permission"),
    ]

    operations = [
        migrations.AddField("endpoint", "pace", pace("prompt")),
        migrations.AlterField("endpoint", "pace", pace("new")),
    ]

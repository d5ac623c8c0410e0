"""Revisions never change: the database refuses it."""

from django.db import migrations

from articles.immutability import ForbidChanges


class Migration(migrations.Migration):
    dependencies = [("articles", "0001_initial")]

    operations = [
        ForbidChanges(
            "Revision",
            ["article_id", "number", "headline", "standfirst", "body", "created_at"],
            "A revision never changes: save a new one.",
        )
    ]

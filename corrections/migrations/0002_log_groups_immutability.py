"""The head of the log, the groups of the desk, and what the database refuses to change."""

from django.apps.registry import Apps
from django.contrib.auth.management import create_permissions
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from articles.immutability import ForbidChanges

_LOOK = ["view_article", "view_revision", "view_case", "view_report", "view_correction", "view_event", "view_logentry"]
_WRITE = ["add_article", "change_article"]
GROUPS = {
    "Editors": [*_LOOK, *_WRITE, "review_case"],
    "Standards editors": [*_LOOK, *_WRITE, "review_case", "approve_serious"],
    "Chief editors": [*_LOOK, *_WRITE, "review_case", "approve_serious", "approve_withdrawal", "view_job"],
}


def lay_log_head(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("corrections", "LogHead").objects.create(pk=1)


def make_groups(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    # Permissions are otherwise made after all migrations have run, too late for the groups.
    for label in ("articles", "corrections"):
        config = apps.get_app_config(label)
        module, config.models_module = getattr(config, "models_module", None), True
        create_permissions(config, apps=apps, verbosity=0)
        config.models_module = module
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    for name, codenames in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(*Permission.objects.filter(codename__in=codenames))


class Migration(migrations.Migration):
    dependencies = [
        ("articles", "0002_immutable_revisions"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("corrections", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(lay_log_head, migrations.RunPython.noop),
        migrations.RunPython(make_groups, migrations.RunPython.noop),
        ForbidChanges(
            "Report",
            [
                "article_id", "url", "revision_number", "part", "exact", "prefix", "suffix", "start", "category",
                "suggestion", "comment", "received_at",
            ],
            "A report is kept as received.",
        ),
        ForbidChanges(
            "Event",
            ["case_id", "kind", "at", "by_id", "old_status", "new_status", "note", "data"],
            "An event never changes.",
        ),
        ForbidChanges(
            "Correction",
            [
                "case_id", "article_id", "base_id", "revision_id", "kind", "severity", "part", "start", "before",
                "after", "notice", "language", "drafted_by_id", "published_at", "year", "sequence", "number",
                "amends_id",
            ],
            "A published correction never changes: amend it.",
            only_once="published_at",
        ),
        ForbidChanges(
            "LogEntry",
            ["position", "correction_id", "action", "at", "payload", "previous_digest", "digest"],
            "A log entry never changes.",
        ),
    ]

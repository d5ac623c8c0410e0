"""The words of every revision, ready to be searched where the database is PostgreSQL; indexes for the desk's filters."""

from django.db import migrations, models

from articles.postgresql import OnPostgreSQL

# Tags are no words to PostgreSQL's parser. A vector has a limit; nobody misses what follows 200,000 characters.
WORDS = "to_tsvector('simple', left(headline || ' ' || standfirst || ' ' || body, 200000))"


class Migration(migrations.Migration):
    dependencies = [("articles", "0004_find_by_source")]

    operations = [
        OnPostgreSQL(
            f"ALTER TABLE articles_revision ADD COLUMN search tsvector GENERATED ALWAYS AS ({WORDS}) STORED",
            "ALTER TABLE articles_revision DROP COLUMN search",
        ),
        OnPostgreSQL(
            "CREATE INDEX revision_search ON articles_revision USING gin (search)",
            "DROP INDEX revision_search",
        ),
        migrations.AddIndex("article", models.Index(fields=["section"], name="article_section")),
        migrations.AddIndex("article", models.Index(fields=["language"], name="article_language")),
    ]

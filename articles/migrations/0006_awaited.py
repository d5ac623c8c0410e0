"""Articles of which the address alone is known."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0005_search'),
    ]

    operations = [
        migrations.AlterField(
            model_name='article',
            name='status',
            field=models.CharField(choices=[('published', 'published'), ('withdrawn', 'withdrawn'), ('awaited', 'awaited')], default='published', max_length=16, verbose_name='status'),
        ),
        migrations.AddConstraint(
            model_name='article',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'awaited')), fields=('canonical_url',), name='article_awaited_once'),
        ),
    ]

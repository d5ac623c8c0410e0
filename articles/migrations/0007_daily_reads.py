"""How often articles are read, by day."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('articles', '0006_awaited'),
    ]

    operations = [
        migrations.CreateModel(
            name='DailyReads',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField(verbose_name='day')),
                ('counted', models.PositiveIntegerField(default=0, verbose_name='counted here')),
                ('told', models.PositiveIntegerField(default=0, verbose_name='counted elsewhere')),
                ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='daily_reads', to='articles.article', verbose_name='article')),
            ],
            options={
                'verbose_name': 'reads of a day',
                'verbose_name_plural': 'reads by day',
                'constraints': [models.UniqueConstraint(fields=('article', 'day'), name='reads_once_a_day')],
            },
        ),
    ]

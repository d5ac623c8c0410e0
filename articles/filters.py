"""What lists of articles can be cut down to."""

from django_filters import rest_framework as filters

from articles.models import Article
from articles.rest.filters import MomentFilter, text_filter


class ArticleFilter(filters.FilterSet):
    """Filters of the list of articles. Several together all have to hold."""

    section = text_filter(max_length=100, help_text="Articles of this section.")
    language = text_filter(max_length=35, help_text="Articles in this language (BCP 47).")
    source = text_filter(max_length=100, help_text="Articles from this system.")
    published_after = MomentFilter("published_at", "gt", help_text="Published after this time.")
    published_before = MomentFilter("published_at", "lt", help_text="Published before this time.")
    modified_after = MomentFilter("modified_at", "gt", help_text="Modified after this time.")

    class Meta:
        model = Article
        fields: list[str] = []

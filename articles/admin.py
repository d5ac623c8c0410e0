"""Articles in the Django admin: written through ``articles.actions``, so that every saved text is a new revision."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth.models import User
from django.forms import ModelForm
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from articles.actions import Text, create_article, revise_article
from articles.models import Article, Revision


class ArticleForm(forms.ModelForm):  # type: ignore[type-arg]  # Django's class takes no parameter at run time
    """An article's fields and the words of its next revision."""

    headline = forms.CharField(
        label=_("Headline"), max_length=500, widget=forms.TextInput(attrs={"class": "vLargeTextField"})
    )
    standfirst = forms.CharField(
        label=_("Standfirst"), required=False, widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"})
    )
    body = forms.CharField(
        label=_("Body"),
        widget=forms.Textarea(attrs={"rows": 24, "class": "vLargeTextField", "spellcheck": "true"}),
        help_text=_("HTML. Scripts, styles and embeds are taken out."),
    )
    note = forms.CharField(
        label=_("Note"), required=False, max_length=300, help_text=_("Why this revision is made; shown in its history.")
    )
    canonical_url = forms.URLField(
        label=_("Canonical address"), required=False, max_length=1000, assume_scheme="https",
        widget=forms.URLInput(attrs={"class": "vURLField"}),
    )  # fmt: skip
    published_at = forms.DateTimeField(
        label=_("Published"),
        initial=timezone.now,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"),
    )
    expected = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Article
        fields = ("language", "section", "byline", "canonical_url", "published_at", "authors")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.current_id:
            revision = self.instance.text
            self.initial.update(
                {
                    "headline": revision.headline,
                    "standfirst": revision.standfirst,
                    "body": revision.body,
                    "expected": revision.number,
                }
            )

    def clean(self) -> dict[str, Any]:
        """Refuse a text that is none, and one that was begun on another revision than the current one."""
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        try:
            self.text().cleaned()
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error
        if self.instance.current_id and cleaned.get("expected") != self._locked_number():
            raise forms.ValidationError(
                _("The article was revised while you were writing: it is at revision %(current)s. Open it in another "
                  "window, take over what changed, and save there."),
                params={"current": self._locked_number()},
            )  # fmt: skip
        return cleaned

    def _locked_number(self) -> int:
        """Give the current revision's number; locked, so that it holds until the admin's transaction ends."""
        article = Article.objects.select_for_update(no_key=True, of=("self",)).with_text().get(pk=self.instance.pk)
        return article.text.number

    def text(self) -> Text:
        """Give the words that were typed."""
        return Text(
            headline=self.cleaned_data["headline"],
            standfirst=self.cleaned_data["standfirst"],
            body=self.cleaned_data["body"].replace("\r\n", "\n"),
        )


@admin.register(Article)
class ArticleAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's class takes no parameter at run time
    """Articles, added and revised."""

    form = ArticleForm
    list_display = ("headline", "section", "language", "status", "published_at", "modified_at")
    list_select_related = ("current",)
    list_filter = ("status", "language")
    search_fields = ("current__headline", "slug")
    ordering = ("-published_at", "-pk")
    show_full_result_count = False
    readonly_fields = ("revisions",)
    fieldsets = (
        (None, {"fields": ("headline", "standfirst", "body", "note", "expected", "revisions")}),
        (
            _("About the article"),
            {"fields": ("language", "section", "byline", "canonical_url", "published_at", "authors")},
        ),
    )  # fmt: skip

    @admin.display(description=_("headline"), ordering="current__headline")
    def headline(self, article: Article) -> str:
        """Show the current headline."""
        return article.headline

    @admin.display(description=_("revisions"))
    def revisions(self, article: Article) -> str:
        """Lead to the article's revisions."""
        if article.current is None:
            return "–"
        address = reverse("admin:articles_revision_changelist")
        return format_html(
            '<a href="{}?article__id__exact={}">{}</a>', address, article.pk,
            _("%(number)s, the current one, and those before") % {"number": article.current.number},
        )  # fmt: skip

    def has_delete_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        """An article is withdrawn, never deleted: corrections and receipts lead to it."""
        return False

    def save_model(self, request: HttpRequest, obj: Article, form: "ModelForm[Article]", change: bool) -> None:
        """Create or revise the article by its action; the other fields are saved beside."""
        assert isinstance(form, ArticleForm)  # noqa: S101  # for the type checker: see ``form`` above
        assert isinstance(request.user, User)  # noqa: S101  # for the type checker: the admin lets nobody else in
        values = form.cleaned_data
        fields = {name: values[name] for name in ("language", "section", "byline", "canonical_url", "published_at")}
        if not change:
            made = create_article(form.text(), **fields, note=values["note"], by=request.user)
            obj.pk, obj.slug, obj.current = made.pk, made.slug, made.current
            obj.refresh_from_db()
            return
        changed = [name for name in fields if name in form.changed_data]
        if changed:
            obj.save(update_fields=changed)
        revise_article(obj, form.text(), expected=values["expected"], note=values["note"], by=request.user)

    def save_related(self, request: HttpRequest, form: "ModelForm[Article]", formsets: Any, change: bool) -> None:
        """Keep the authors whom a new article's byline names, unless somebody chose others."""
        if not change and not form.cleaned_data["authors"]:
            form.cleaned_data["authors"] = form.instance.authors.all()
        super().save_related(request, form, formsets, change)


@admin.register(Revision)
class RevisionAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's class takes no parameter at run time
    """Revisions, to look at."""

    list_display = ("headline", "number", "created_at", "created_by", "note")
    list_select_related = ("created_by",)
    search_fields = ("headline",)
    ordering = ("-pk",)
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Revisions are made by saving an article."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Revision | None = None) -> bool:
        """A revision never changes."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Revision | None = None) -> bool:
        """A revision is never deleted."""
        return False

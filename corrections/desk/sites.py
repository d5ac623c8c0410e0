"""Other sites that have our script on their pages: their keys, their origins, and the tag to give them."""

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from corrections.models import Site


@admin.register(Site)
class SiteAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # Django's class takes no parameter at run time
    """Who may send reports from elsewhere. A site that has sent some is switched off, not deleted."""

    list_display = ("name", "origins", "may_fetch", "active")
    list_filter = ("active",)
    search_fields = ("name", "origins", "key")
    fields = ("name", "origins", "may_fetch", "active", "reports_per_minute", "tag")
    readonly_fields = ("tag",)

    @admin.display(description=_("tag for its pages"))
    def tag(self, site: Site) -> str:
        """Show what to put on the site's pages."""
        if not site.pk:
            return gettext("Here once the site is saved.")
        script = settings.SITE_URL + static("corrections/report.js")
        return format_html("<code>{}</code>", f'<script src="{script}" data-site="{site.key}" async></script>')

    def has_delete_permission(self, request: HttpRequest, obj: Site | None = None) -> bool:
        """A site whose readers have reported stays, switched off."""
        return super().has_delete_permission(request, obj) and obj is not None and not obj.reports.exists()

"""All addresses. The applications own theirs; this file says where they hang."""

from django.contrib import admin
from django.urls import include, path

from newsroom import health

urlpatterns = [
    path("", include("articles.urls")),
    path("", include("corrections.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("newsroom.api_urls")),
    path("livez", health.livez),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
]

handler400 = "newsroom.errors.bad_request"
handler404 = "newsroom.errors.page_not_found"
handler500 = "newsroom.errors.server_error"

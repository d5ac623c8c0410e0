"""The addresses under ``/api/v1/``."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from corrections import api

app_name = "api"
urlpatterns = [
    path("", api.RootView.as_view(), name="root"),
    path("reports/", api.ReportsView.as_view(), name="reports"),
    path("reports/<str:token>/", api.ReportView.as_view(), name="report"),
    path("schema/", SpectacularAPIView.as_view(permission_classes=[]), name="schema"),
    path("docs/", SpectacularSwaggerSplitView.as_view(url_name="api:schema", permission_classes=[]), name="docs"),
]

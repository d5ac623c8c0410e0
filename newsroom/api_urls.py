"""The addresses under ``/api/v1/``."""

from csp.decorators import csp_update
from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from articles import api as articles
from corrections.api import cases, log, passages, reports, webhooks
from corrections.exports.api import ReportAnnotationsView
from newsroom import api, problems


class _SchemaView(SpectacularAPIView):
    """The document. There is one version of it, whatever ``?version=`` says, which would go into a header as it is."""

    def _get_version_parameter(self, _request: object) -> None:
        return None


# Swagger UI draws its icons from its style sheet.
_docs = csp_update({"img-src": ["data:"]})(
    SpectacularSwaggerSplitView.as_view(url_name="api:schema", permission_classes=[])
)

app_name = "api"
urlpatterns = [
    path("", api.RootView.as_view(), name="root"),
    path("articles/", articles.ArticlesView.as_view(), name="articles"),
    path("articles/<uuid:pk>/", articles.ArticleView.as_view(), name="article"),
    path("articles/<uuid:pk>/revisions/", articles.RevisionsView.as_view(), name="revisions"),
    path("articles/<uuid:pk>/revisions/<int:number>/", articles.RevisionView.as_view(), name="revision"),
    path(
        "articles/by-source/<str:source>/<path:external_id>/",
        articles.ArticleBySourceView.as_view(),
        name="article-by-source",
    ),
    path("corrections/", log.CorrectionsView.as_view(), name="corrections"),
    path("corrections/<str:number>/", log.CorrectionView.as_view(), name="correction"),
    path("cases/", cases.CasesView.as_view(), name="cases"),
    path("cases/<int:pk>/", cases.CaseView.as_view(), name="case"),
    *(path(f"cases/<int:pk>/{verb}/", view.as_view(), name=f"case-{verb}") for verb, view in cases.VERBS.items()),
    path("passages/", passages.PassagesView.as_view(), name="passages"),
    path("reports/", reports.ReportsView.as_view(), name="reports"),
    path("reports.jsonld", ReportAnnotationsView.as_view(), name="report-annotations"),
    path("reports/<str:token>/", reports.ReportView.as_view(), name="report"),
    path("webhooks/", webhooks.EndpointsView.as_view(), name="webhooks"),
    path("webhooks/<uuid:pk>/", webhooks.EndpointView.as_view(), name="webhook"),
    path("webhooks/<uuid:pk>/rotate/", webhooks.RotateView.as_view(), name="webhook-rotate"),
    path("webhooks/<uuid:pk>/test/", webhooks.TestView.as_view(), name="webhook-test"),
    path("webhooks/<uuid:pk>/redeliver/", webhooks.RedeliverRangeView.as_view(), name="webhook-redeliver"),
    path("webhooks/<uuid:pk>/deliveries/", webhooks.DeliveriesView.as_view(), name="deliveries"),
    path(
        "webhooks/<uuid:pk>/deliveries/<uuid:delivery>/redeliver/",
        webhooks.RedeliverView.as_view(),
        name="delivery-redeliver",
    ),
    path("problems/", problems.problems, name="problems"),
    path("schema/", _SchemaView.as_view(permission_classes=[]), name="schema"),
    path("docs/", _docs, name="docs"),
]

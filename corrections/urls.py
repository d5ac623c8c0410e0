"""Public addresses of the corrections log, the receipts, the report form and readers' mail."""

from django.urls import path

from corrections import feeds, views
from corrections.exports import views as exports

app_name = "corrections"
urlpatterns = [
    path("corrections/", views.log, name="log"),
    path("corrections/policy/", views.policy, name="policy"),
    path("corrections/chain.jsonl", exports.chain, name="chain"),
    path("corrections/log.csv", exports.log_csv, name="log_csv"),
    path("corrections/annotations.jsonld", exports.correction_annotations, name="annotations"),
    path("corrections/feed.atom", feeds.atom, name="feed_atom"),
    path("corrections/feed.json", feeds.json, name="feed_json"),
    path("corrections/<str:number>/", views.correction, name="correction"),
    path("corrections/<str:number>/annotation.jsonld", exports.correction_annotation, name="annotation"),
    path("receipts/<str:token>/", views.receipt, name="receipt"),
    path("receipts/<str:token>/credit/", views.credit, name="credit"),
    path("mail/confirm/<str:token>/", views.confirm_address, name="confirm_address"),
    path("mail/stop/<str:token>/", views.stop_mail, name="stop_mail"),
    path("mail/digest/<str:token>/", views.stop_digest, name="stop_digest"),
    path("articles/<str:slug>/report/", views.report_form, name="report_form"),
    path("articles/<str:slug>/corrections.atom", feeds.atom, name="article_feed_atom"),
    path("articles/<str:slug>/corrections.json", feeds.json, name="article_feed_json"),
    path("articles/<str:slug>/annotations.jsonld", exports.correction_annotations, name="article_annotations"),
    path("articles/<str:slug>/ninjs.json", exports.article_ninjs, name="article_ninjs"),
    path("articles/<str:slug>/newsml.xml", exports.article_newsml, name="article_newsml"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("robots.txt", views.robots, name="robots"),
]

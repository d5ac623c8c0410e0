"""Public addresses of articles."""

from django.urls import path

from articles import views

app_name = "articles"
urlpatterns = [
    path("", views.latest, name="latest"),
    path("reads/<uuid:pk>/", views.read, name="read"),
    path("articles/<str:slug>/", views.article, name="article"),
    path("articles/<str:slug>/history/", views.history, name="history"),
    path("articles/<str:slug>/history/<int:old>/<int:new>/", views.difference, name="difference"),
]

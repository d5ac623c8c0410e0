"""The first page of the API: the addresses to start from."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from articles.rest.access import PUBLIC
from articles.rest.views import ApiView

_CALLS = ("articles", "corrections", "cases", "reports", "webhooks", "schema", "docs")


class RootView(ApiView):
    """Names the calls."""

    scopes = {"GET": PUBLIC}

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        """Give the addresses to start from."""
        return Response({name: reverse(f"api:{name}", request=request) for name in _CALLS})

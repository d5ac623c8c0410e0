"""The API of webhooks: endpoints, their secrets, what was sent, and sending it again."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from articles.rest.access import user_of
from articles.rest.idempotency import Answer
from articles.rest.models import Scope
from articles.rest.views import ApiView, ListView
from corrections.filters import DeliveryFilter
from corrections.serializers import webhooks as serializers
from corrections.webhooks import actions
from corrections.webhooks.models import Delivery, Endpoint

_PERMISSION = "webhooks.manage_webhooks"
_ID = {"id": "The endpoint's `id`."}


class EndpointsView(ListView):
    """The endpoints."""

    scopes = {"GET": Scope.WEBHOOKS_MANAGE, "POST": Scope.WEBHOOKS_MANAGE}
    permissions = {"GET": _PERMISSION, "POST": _PERMISSION}
    serializer_class = serializers.EndpointSerializer
    ordering = ("created_at", "pk")
    queryset = Endpoint.objects.all()

    @extend_schema(operation_id="list_webhooks", tags=["webhooks"])
    def get(self, request: Request) -> Response:
        """List the endpoints, the oldest first."""
        return self.list(request)

    @extend_schema(
        operation_id="create_webhook",
        tags=["webhooks"],
        request=serializers.NewEndpointSerializer,
        responses={201: serializers.EndpointWithSecretSerializer},
    )
    def post(self, request: Request) -> Response:
        """Make an endpoint, active at once. The answer has its secret, which is shown nowhere else and never again."""
        secrets: list[str] = []

        def create() -> Answer:
            sent = serializers.NewEndpointSerializer(data=request.data)
            sent.is_valid(raise_exception=True)
            endpoint = actions.create_endpoint(**sent.validated_data, by=user_of(request))
            secrets.append(endpoint.secret)
            return 201, _json(endpoint)

        response = _with_secret(self.once(request, create), secrets)
        response.headers["Location"] = reverse("api:webhook", args=[response.data["id"]], request=request)
        return response


class EndpointView(ApiView):
    """One endpoint."""

    path_parameters = _ID
    scopes = dict.fromkeys(("GET", "PATCH", "DELETE"), Scope.WEBHOOKS_MANAGE)
    permissions = dict.fromkeys(("GET", "PATCH", "DELETE"), _PERMISSION)
    serializer_class = serializers.EndpointSerializer

    @extend_schema(operation_id="get_webhook", tags=["webhooks"])
    def get(self, _request: Request, pk: UUID) -> Response:
        """Give an endpoint."""
        return Response(self.get_serializer(_endpoint(pk)).data)

    @extend_schema(
        operation_id="change_webhook", tags=["webhooks"], request=serializers.ChangedEndpointSerializer(partial=True)
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        """Change an endpoint, pause it, or activate it: also one that was disabled."""
        return self.once(request, lambda: self._change(request, pk))

    @extend_schema(operation_id="delete_webhook", tags=["webhooks"], responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Delete an endpoint with the log of its deliveries."""
        return self.once(request, lambda: self._delete(pk))

    def _change(self, request: Request, pk: UUID) -> Answer:
        endpoint = _endpoint(pk)
        sent = serializers.ChangedEndpointSerializer(data=request.data, partial=True)
        sent.is_valid(raise_exception=True)
        values = dict(sent.validated_data)
        status = values.pop("status", None)
        actions.change_endpoint(endpoint, **values)
        if status is not None:
            _STATUSES[status](endpoint)
        return 200, _json(endpoint)

    def _delete(self, pk: UUID) -> Answer:
        actions.delete_endpoint(_endpoint(pk))
        return 204, {}


_STATUSES = {"active": actions.activate_endpoint, "paused": actions.pause_endpoint}


class RotateView(ApiView):
    """A new secret."""

    path_parameters = _ID
    scopes = {"POST": Scope.WEBHOOKS_MANAGE}
    permissions = {"POST": _PERMISSION}

    @extend_schema(
        operation_id="rotate_webhook_secret",
        tags=["webhooks"],
        request=None,
        responses={200: serializers.EndpointWithSecretSerializer},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Replace the secret. For 24 hours messages are signed with the old one as well."""
        secrets: list[str] = []

        def rotate() -> Answer:
            endpoint = _endpoint(pk)
            actions.rotate_secret(endpoint)
            secrets.append(endpoint.secret)
            return 200, _json(endpoint)

        return _with_secret(self.once(request, rotate), secrets)


class TestView(ApiView):
    """A message that means nothing."""

    path_parameters = _ID
    scopes = {"POST": Scope.WEBHOOKS_MANAGE}
    permissions = {"POST": _PERMISSION}

    @extend_schema(
        operation_id="test_webhook", tags=["webhooks"], request=None, responses={202: serializers.DeliverySerializer}
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Have a message of type `webhook.test` sent, once, whether the endpoint is active or not."""
        return self.once(request, lambda: (202, _sent(actions.send_test(_endpoint(pk), by=user_of(request)))))


class RedeliverRangeView(ApiView):
    """What was missed."""

    path_parameters = _ID
    scopes = {"POST": Scope.WEBHOOKS_MANAGE}
    permissions = {"POST": _PERMISSION}
    problems = {"POST": (409,)}

    @extend_schema(
        operation_id="redeliver_webhooks",
        tags=["webhooks"],
        request=serializers.RangeSerializer,
        responses={202: serializers.CountSerializer},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        """Deliver again what failed or was missed in a time, at most 10,000 messages, the oldest first.

        An endpoint that takes nothing has to be activated before (409).
        """
        return self.once(request, lambda: self._redeliver(request, pk))

    def _redeliver(self, request: Request, pk: UUID) -> Answer:
        endpoint = _endpoint(pk)
        sent = serializers.RangeSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        return 202, {"count": actions.redeliver_range(endpoint, **sent.validated_data)}


class DeliveriesView(ListView):
    """The log of an endpoint."""

    path_parameters = _ID
    scopes = {"GET": Scope.WEBHOOKS_MANAGE}
    permissions = {"GET": _PERMISSION}
    serializer_class = serializers.DeliverySerializer
    filterset_class = DeliveryFilter
    ordering = ("-created_at", "-pk")
    queryset = Delivery.objects.all()  # for the document; each call takes its endpoint's

    def get_queryset(self) -> QuerySet[Delivery]:
        """Fetch the endpoint's deliveries with their tries."""
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return _endpoint(self.kwargs["pk"]).deliveries.prefetch_related("attempts")

    @extend_schema(operation_id="list_deliveries", tags=["webhooks"])
    def get(self, request: Request, pk: UUID) -> Response:  # noqa: ARG002 - the address's
        """List what was sent to an endpoint, the latest first, with every try. Kept for 30 days."""
        return self.list(request)


class RedeliverView(ApiView):
    """One message, again."""

    path_parameters = _ID | {"delivery": "The delivery's `id`, from the log."}
    scopes = {"POST": Scope.WEBHOOKS_MANAGE}
    permissions = {"POST": _PERMISSION}
    problems = {"POST": (409,)}

    @extend_schema(
        operation_id="redeliver_webhook",
        tags=["webhooks"],
        request=None,
        responses={202: serializers.DeliverySerializer},
    )
    def post(self, request: Request, pk: UUID, delivery: UUID) -> Response:
        """Deliver a message again, whatever became of it, with all tries before it. Its `webhook-id` stays."""
        return self.once(request, lambda: self._redeliver(pk, delivery))

    def _redeliver(self, pk: UUID, delivery_pk: UUID) -> Answer:
        delivery = _endpoint(pk).deliveries.select_related("endpoint").filter(pk=delivery_pk).first()
        if delivery is None:
            raise Http404("The endpoint has no such delivery.")
        actions.redeliver(delivery)
        return 202, _sent(delivery)


def _endpoint(pk: UUID) -> Endpoint:
    endpoint = Endpoint.objects.filter(pk=pk).first()
    if endpoint is None:
        raise Http404("There is no such webhook.")
    return endpoint


def _json(endpoint: Endpoint) -> dict[str, Any]:
    return dict(serializers.EndpointSerializer(endpoint).data)


def _sent(delivery: Delivery) -> dict[str, Any]:
    return dict(serializers.DeliverySerializer(delivery).data)


def _with_secret(response: Response, secrets: list[str]) -> Response:
    """Add the secret that was made in this call. What is kept for a repeated call has none."""
    response.data["secret"] = next(iter(secrets), None)
    response.headers["Cache-Control"] = "no-store"
    return response

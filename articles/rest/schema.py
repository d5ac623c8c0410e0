"""What the OpenAPI document says of every call: keys, conditions, repeats, and every problem it can answer with."""

import re
from typing import Any, ClassVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent
from rest_framework import serializers

from articles.rest.access import PUBLIC
from articles.rest.views import ApiView, ListView

_IN_EVERY_CALL = (400, 401, 406, 422, 429)
_WORDS = {
    400: "The request cannot be understood: a malformed address or malformed JSON.",
    401: "No key, or one that opens nothing (any more).",
    403: "The key has not the scope, its account not the permission, or the origin may not send this.",
    404: "There is no such thing, or it is not public.",
    406: "Only JSON is spoken.",
    409: "Not in this state, or the `Idempotency-Key` came before with another request.",
    410: "The article was withdrawn; its page says why.",
    412: "What is there now is not what `If-Match` or `If-None-Match` names.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "A field or parameter is not valid; `errors` names each.",
    428: "Nothing says which state was seen: send `If-Match`.",
    429: "Too many calls; wait as many seconds as `Retry-After` says.",
}

_VISIBLE = r"[^\u0000-\u0020\u007f-\u00a0\u00ad]"
_PRINTABLE = rf"^{_VISIBLE}([^\u0000-\u001f\u007f-\u00a0\u00ad]*{_VISIBLE})?$"
"""Printable characters, none of them white space at an end, where a header cannot have it."""


class ProblemSerializer(serializers.Serializer[Any]):
    """What went wrong (RFC 9457)."""

    type = serializers.CharField(help_text="`about:blank`, or a name that tells problems of one status apart.")
    title = serializers.CharField(help_text="The status in words.")
    status = serializers.IntegerField(help_text="The status of HTTP.")
    detail = serializers.CharField(help_text="What went wrong here, and what to do.")
    errors = serializers.DictField(  # type: ignore[assignment]  # a field named as one of its class's attributes
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="What is wrong with which field or parameter.",
    )


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself without types
    """Keys, as the document describes them."""

    target_class = "articles.rest.access.KeyAuthentication"
    name = "key"

    def get_security_definition(self, _auto_schema: AutoSchema) -> dict[str, Any]:
        """Describe the header."""
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A key that was made at the desk, under “API keys”. Each call says which scope it takes.",
        }


class Schema(AutoSchema):
    """Describes a call, and what is alike in all of them."""

    view: Any
    method: str
    _ETAG: ClassVar[dict[str, Any]] = {
        "description": "Strong: a digest of the answer.",
        "schema": {"type": "string"},
    }

    def _insert_field_validators(self, field: Any, schema: dict[str, Any]) -> None:
        super()._insert_field_validators(field, schema)  # type: ignore[no-untyped-call]  # the framework's
        inner = schema["oneOf"][0] if "oneOf" in schema else schema  # beside the empty string, where that is taken
        inner.update(getattr(field, "constraints", {}))

    def _postprocess_serializer_schema(self, schema: dict[str, Any], serializer: Any, direction: str) -> dict[str, Any]:
        described = super()._postprocess_serializer_schema(schema, serializer, direction)  # type: ignore[no-untyped-call]  # the framework's
        if getattr(serializer, "partial", False):
            for told in described["properties"].values():
                for either in (told, *told.get("oneOf", ())):
                    either.pop("default", None)  # what is left out stays as it is
        return {**described, **getattr(serializer, "constraints", {})}

    def get_auth(self) -> list[dict[str, Any]]:
        """Say that a call takes a key, unless it is public."""
        return super().get_auth() if self._scope() != PUBLIC else []

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """Add headers and problems to the operation."""
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is None or not isinstance(self.view, ApiView):
            return operation
        if scope := self._scope():
            operation["description"] = f"{operation.get('description', '')}\n\nScope: `{scope}`.".strip()
        if "requestBody" in operation and "anyOf" in getattr(self.get_request_serializer(), "constraints", {}):
            operation["requestBody"]["required"] = True  # no field alone is required, but one of them
        operation["parameters"] = sorted(
            [*operation.get("parameters", []), *self._common_parameters(operation)],
            key=lambda parameter: (["path", "query", "header"].index(parameter["in"]), parameter["name"]),
        )
        self._put_in_words(operation)
        problem = self.resolve_serializer(ProblemSerializer, "response").ref
        for status in self._problems(operation):
            content = {"application/problem+json": {"schema": problem}}
            operation["responses"][str(status)] = {"description": _WORDS[status], "content": content}
        operation["responses"]["429"]["headers"] = {
            "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}
        }
        operation["responses"]["401"]["headers"] = {
            "WWW-Authenticate": {"description": "How to come with a key.", "schema": {"type": "string"}}
        }
        if self.method == "GET":
            operation["responses"]["200"]["headers"] = {"ETag": self._ETAG}
            operation["responses"]["304"] = {"description": "The client has it already."}
            if self._has_sparse_fields():
                self._allow_sparse(operation["responses"]["200"])
        operation["responses"] = dict(sorted(operation["responses"].items()))
        return operation

    def _common_parameters(self, operation: dict[str, Any]) -> list[dict[str, Any]]:
        there = {parameter["name"] for parameter in operation.get("parameters", [])}
        added = []
        if self.method == "GET":
            added.append(_header("If-None-Match", "ETags that the client has: 304 if what they name is still there."))
            if self._has_sparse_fields():
                names = list(self.view.serializer_class().fields)
                pattern = "|".join(names)
                added.append(
                    {
                        "name": "fields",
                        "in": "query",
                        "required": False,
                        "description": f"Only these fields, with commas between: {', '.join(names)}.",
                        "schema": {"type": "string", "pattern": f"^({pattern})(,({pattern}))*$"},
                    }
                )
        elif isinstance(self.view, ApiView):
            added.append(
                _header(
                    "Idempotency-Key",
                    "The same key with the same request gives the first answer again, for 48 hours.",
                    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": _PRINTABLE},
                )
            )
            if 412 in self.view.problems.get(self.method, ()):
                added.append(_header("If-Match", "The ETag of the state that was seen: 412 if it is another one now."))
                if self.method == "PUT":
                    added.append(_header("If-None-Match", "`*`: 412 if there is anything already."))
        return [parameter for parameter in added if parameter["name"] not in there]

    def _put_in_words(self, operation: dict[str, Any]) -> None:
        """Describe what the framework leaves without words."""
        operation["summary"] = re.split(r"[.;:,]\s|\.$", operation["description"])[0]
        for parameter in operation["parameters"]:
            parameter["description"] = parameter.get("description") or self._words_for(parameter["name"])
        for response in operation["responses"].values():
            response["description"] = response.get("description") or self._words_of(response)

    def _words_for(self, parameter: str) -> str:
        filters = getattr(self.view, "filterset_class", None)
        if filters and parameter in filters.base_filters:
            return str(filters.base_filters[parameter].extra["help_text"])
        return str(self.view.path_parameters[parameter])

    def _words_of(self, response: dict[str, Any]) -> str:
        """Give the first sentence of what describes the answer's content."""
        content = next(iter(response.get("content", {}).values()), None)
        if content is None:
            return "Done."
        if self._is_list_view():
            return "A page of the list."
        component = self.registry[(content["schema"]["$ref"].rpartition("/")[2], ResolvedComponent.SCHEMA)]
        return str(component.schema["description"]).partition("\n")[0]

    def _problems(self, operation: dict[str, Any]) -> list[int]:
        own: set[int] = {*_IN_EVERY_CALL, *self.view.problems.get(self.method, ())}
        if self._scope() != PUBLIC:
            own.add(403)
        if any(parameter["in"] == "path" for parameter in operation["parameters"]):
            own.add(404)
        if self.method != "GET":
            own |= {409, 413, 415}
        return sorted(own)

    def _is_list_view(self, serializer: Any = None) -> bool:
        if isinstance(self.view, ApiView):
            return self.method == "GET" and isinstance(self.view, ListView)
        return super()._is_list_view(serializer)

    def _has_sparse_fields(self) -> bool:
        return bool(self.view.has_sparse_fields and self.view.serializer_class)

    def _allow_sparse(self, response: dict[str, Any]) -> None:
        """Let the answer be what ``?fields=`` leaves of it: the same properties, none of them required."""
        component = self.resolve_serializer(self.view.serializer_class, "response")
        name = f"Sparse{component.name}"
        whole = component.schema
        sparse = ResolvedComponent(  # type: ignore[no-untyped-call]  # the framework's
            name=name,
            type=ResolvedComponent.SCHEMA,
            object=name,
            schema={
                "type": "object",
                "description": f"Of {component.name} the fields that `fields` names.",
                "properties": whole["properties"],
                "minProperties": 1,
                "additionalProperties": False,
            },
        )
        self.registry.register_on_missing(sparse)
        either = {"anyOf": [component.ref, sparse.ref]}
        content = response["content"]["application/json"]
        if self._is_list_view():
            page = self.registry[(content["schema"]["$ref"].rpartition("/")[2], ResolvedComponent.SCHEMA)]
            entries = {"items": either, "description": "The entries of this page, in the order that the call names."}
            page.schema["properties"]["results"] |= entries
        else:
            content["schema"] = either

    def _scope(self) -> str | None:
        scope: str | None = getattr(self.view, "scopes", {}).get(self.method)
        return scope


def _header(name: str, description: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": description,
        "schema": schema or {"type": "string"},
    }

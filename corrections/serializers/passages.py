"""The JSON of the passages that a page may mark."""

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from corrections.passages import Marked


class MarkedSerializer(serializers.Serializer[Marked]):
    """A passage, in the article's own words."""

    kind = serializers.ChoiceField(choices=["reported", "corrected"])
    part = serializers.CharField()
    exact = serializers.CharField()
    prefix = serializers.CharField()
    suffix = serializers.CharField()


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Two passages",
            {
                "revision": 3,
                "passages": [
                    {
                        "kind": "reported",
                        "part": "body",
                        "exact": "teh",
                        "prefix": "The mayor opened ",
                        "suffix": " bridge",
                    },
                    {
                        "kind": "corrected",
                        "part": "body",
                        "exact": "fifteen million",
                        "prefix": "It cost ",
                        "suffix": ", the mayor said.",
                    },
                ],
            },
            response_only=True,
        )
    ]
)
class PassagesSerializer(serializers.Serializer[None]):
    """The passages of one revision; of an article that we do not have, none."""

    revision = serializers.IntegerField(allow_null=True)
    passages = MarkedSerializer(many=True)

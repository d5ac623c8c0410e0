"""The JSON of the passages that a page may mark."""

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from articles.models import Part
from corrections.passages import Marked


class MarkedSerializer(serializers.Serializer[Marked]):
    """A passage, in the article's own words."""

    kind = serializers.ChoiceField(
        choices=["reported", "corrected"], help_text="Whether a report about it is open, or it was put right."
    )
    part = serializers.ChoiceField(choices=Part.choices, help_text="The part of the article that it stands in.")
    exact = serializers.CharField(help_text="The passage's words in the current revision.")
    prefix = serializers.CharField(help_text="The words before it, by which it is told from its like.")
    suffix = serializers.CharField(help_text="The words after it.")


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

    revision = serializers.IntegerField(
        allow_null=True, help_text="The number of the current revision; null for an article that we do not have."
    )
    passages = MarkedSerializer(
        many=True, help_text="What a page may mark: first what was reported, then what was corrected."
    )

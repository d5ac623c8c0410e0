"""The JSON of the passages that a page may mark."""

from rest_framework import serializers

from corrections.passages import Marked


class MarkedSerializer(serializers.Serializer[Marked]):
    """A passage, in the article's own words."""

    kind = serializers.ChoiceField(choices=["reported", "corrected"])
    part = serializers.CharField()
    exact = serializers.CharField()
    prefix = serializers.CharField()
    suffix = serializers.CharField()


class PassagesSerializer(serializers.Serializer[None]):
    """The passages of one revision; of an article that we do not have, none."""

    revision = serializers.IntegerField(allow_null=True)
    passages = MarkedSerializer(many=True)

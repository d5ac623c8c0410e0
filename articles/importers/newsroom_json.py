"""Our own JSON: the fields of an article, under the names that they have everywhere here.

The schema stands in docs/import.md.
"""

from collections.abc import Iterator
from typing import Any, BinaryIO

from articles.actions import Text
from articles.importers.items import Found, Item, Refused, read_address, read_date, read_language
from articles.importers.json_values import read_values

_FIELDS = (
    "external_id", "source", "headline", "standfirst", "body", "slug", "language", "section", "byline", "canonical_url",
    "published_at", "modified_at",
)  # fmt: skip
_REQUIRED = ("headline", "body")


def fits(value: object) -> bool:
    """Say whether a JSON value looks like one of our articles, be it a faulty one."""
    return isinstance(value, dict) and "headline" in value and ("body" in value or "external_id" in value)


def read(file: BinaryIO, where: str) -> Iterator[Found]:
    """Read a list of articles, one article, or one a line."""
    for value in read_values(file, where):
        yield Refused(value.where, value.problem) if value.problem else read_article(value.value, value.where)


def read_article(value: Any, where: str) -> Item | Refused:
    """Read one article. Everything that is wrong with it is told, each with the name of its field."""
    if not isinstance(value, dict):
        return Refused(where, f"is no JSON object but a {type(value).__name__}")
    problems = [f"{name}: is not a field of an article" for name in value if name not in _FIELDS]
    given: dict[str, Any] = {}
    for name in _FIELDS:
        field = value.get(name)
        if field is None or field == "":
            if name in _REQUIRED:
                problems.append(f"{name}: is required")
        elif not isinstance(field, str):
            problems.append(f"{name}: has to be a string, not {_kind(field)}")
        else:
            try:
                given[name] = _READERS[name](field) if name in _READERS else field.strip()
            except ValueError as error:
                problems.append(f"{name}: {error}")
    if not value.get("external_id") and not value.get("canonical_url"):
        problems.append("external_id: is required, or canonical_url in its place")
    if problems:
        return Refused(where, "; ".join(problems))
    text = Text(headline=given.pop("headline"), standfirst=given.pop("standfirst", ""), body=given.pop("body"))
    given.setdefault("external_id", given.get("canonical_url"))
    return Item(where=where, text=text, **given)


def _language(value: str) -> str:
    language = read_language(value)
    if not language:
        raise ValueError(f"“{value[:40]}” is not a BCP 47 tag such as “en” or “uk-UA”")
    return language


def _address(value: str) -> str:
    address = read_address(value)
    if not address:
        raise ValueError("has to be an absolute http or https address of at most 1,000 characters")
    return address


_READERS = {
    "language": _language,
    "canonical_url": _address,
    "published_at": read_date,
    "modified_at": read_date,
}


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", bool: "true or false", int: "a number", float: "a number"}
    return names.get(type(value), "something else")

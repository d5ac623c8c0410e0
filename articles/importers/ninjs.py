"""IPTC ninjs (News in JSON) of the generations 2 and 3, and the text of generation 1: articles from news agencies.

Generation 3 writes in camelCase what generation 2 writes in lower case; names are compared without regard to that.
https://www.iptc.org/std/ninjs/userguide/
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from articles.actions import Text
from articles.importers.items import Found, Item, PassedOver, Refused, host_of, read_address, read_date, read_language
from articles.importers.json_values import read_values
from articles.importers.prose import clean_fragment, plain_to_html, text_of
from articles.text import collapse

_NAMES = {
    "headlines", "bodies", "descriptions", "headline", "body_html", "body_xhtml", "body_text", "versioncreated",
    "pubstatus", "representationtype",
}  # fmt: skip
_MAIN = ("main", "html", "richtext", "article", "")
_STANDFIRSTS = {"standfirst", "lead", "summary", "preamble", "subtitle", "subheadline", "drop-head"}
_SECTIONS = {"section", "category", "department"}
_PROVIDER = re.compile(r"urn:newsml:([^:]+):", re.IGNORECASE)


def fits(value: object) -> bool:
    """Say whether a JSON value is a ninjs object."""
    return isinstance(value, dict) and "uri" in value and any(str(name).lower() in _NAMES for name in value)


def read(file: BinaryIO, where: str) -> Iterator[Found]:
    """Read the articles of a file: one object, a list, or one a line."""
    for value in read_values(file, where):
        if value.problem:
            yield Refused(value.where, value.problem)
        elif not isinstance(value.value, dict):
            yield Refused(value.where, "is no JSON object")
        else:
            yield _read_item({str(name).lower(): field for name, field in value.value.items()}, value.where)


def _read_item(item: dict[str, Any], where: str) -> Found:
    status = _text(item.get("pubstatus")) or "usable"
    if status != "usable":
        return PassedOver(where, f"its pubStatus is “{status}”: if the article is here, withdraw it here")
    kind = _text(item.get("type")) or "text"
    body = _body(item)
    if not body and kind != "text":
        return PassedOver(where, f"is no text but of the type “{kind}”")
    problems = []
    uri = _text(item.get("uri"))
    if not uri:
        problems.append("uri: is required")
    headline = text_of(_chosen(_values(item, "headlines", "headline"), ("main", "")))
    if not headline:
        problems.append("headlines: none has a value")
    if not body:
        problems.append("bodies: none is in HTML, XHTML or plain text")
    dates, wrong = _dates(item)
    problems += wrong
    if problems:
        return Refused(where, "; ".join(problems))
    address = read_address(uri)
    provider = _PROVIDER.match(uri)
    return Item(
        where=where,
        text=Text(headline=headline, standfirst=_standfirst(item), body=body),
        external_id=uri,
        source=host_of(address) or (provider[1] if provider else ""),
        language=read_language(_text(item.get("language"))),
        section=_section(item),
        byline=collapse(_text(item.get("by")) or _text(item.get("byline"))),
        canonical_url=address,
        published_at=dates["published"],
        modified_at=dates["modified"],
    )


def _values(item: dict[str, Any], plural: str, singular: str) -> list[dict[str, str]]:
    """Give the texts of a kind with their role and content type, of whichever generation."""
    entries = item.get(plural)
    if isinstance(entries, list):
        found = []
        for entry in entries:
            if isinstance(entry, dict):
                lower = {str(name).lower(): _text(field) for name, field in entry.items()}
                found.append(
                    {
                        "role": lower.get("role", "").lower(),
                        "type": lower.get("contenttype", ""),
                        "value": lower.get("value", ""),
                    }
                )
        return found
    names = [name for name in item if name == singular or name.startswith(f"{singular}_")]
    return [{"role": "", "type": name.removeprefix(singular), "value": _text(item[name])} for name in names]


def _chosen(values: list[dict[str, str]], roles: tuple[str, ...]) -> str:
    ranked = [value for value in values if value["value"].strip()]
    ranked.sort(key=lambda value: roles.index(value["role"]) if value["role"] in roles else len(roles))
    return ranked[0]["value"] if ranked else ""


def _body(item: dict[str, Any]) -> str:
    values = [value for value in _values(item, "bodies", "body") if "nitf" not in value["type"].lower()]
    marked_up = [value for value in values if "html" in value["type"].lower() or re.search(r"<p[\s>]", value["value"])]
    if html := _chosen(marked_up, _MAIN):
        return clean_fragment(html, read_address(_text(item.get("uri"))))
    return plain_to_html(_chosen([value for value in values if "xml" not in value["type"].lower()], _MAIN))


def _standfirst(item: dict[str, Any]) -> str:
    values = _values(item, "headlines", "") + _values(item, "descriptions", "")
    return next(
        (text_of(value["value"]) for value in values if value["role"] in _STANDFIRSTS and value["value"].strip()), ""
    )


def _section(item: dict[str, Any]) -> str:
    subjects = item.get("subjects")
    for subject in subjects if isinstance(subjects, list) else []:
        if isinstance(subject, dict) and _text(subject.get("rel")).lower() in _SECTIONS:
            return collapse(_text(subject.get("name")))[:100]
    return ""


def _dates(item: dict[str, Any]) -> tuple[dict[str, datetime | None], list[str]]:
    read: dict[str, datetime] = {}
    problems = []
    for name in ("embargoed", "firstcreated", "contentcreated", "versioncreated"):
        if value := _text(item.get(name)):
            try:
                read[name] = read_date(value)
            except ValueError as error:
                problems.append(f"{name}: {error}")
    published = next(iter(value for name, value in read.items() if name != "embargoed"), None)
    embargo = read.get("embargoed")
    if embargo and (published is None or embargo > published):
        published = embargo
    return {"published": published, "modified": read.get("versioncreated")}, problems


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""

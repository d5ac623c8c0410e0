"""The structure of a news item by the XML Schema of NewsML-G2 2.35 (power), as far as it is used here.

For each element: the attributes it must have and may have, with the form of their values; the elements in it, in the
schema's order, with how often each may come; the form of its text. What the table does not name is refused.
"""

import re
from dataclasses import dataclass
from xml.etree import ElementTree as ET

NAMESPACE = "{http://iptc.org/std/nar/2006-10-01/}"
XHTML = "{http://www.w3.org/1999/xhtml}"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

_SOME = r"(?s).*\S.*"
_NOTHING = r"\s*"
_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"
_QCODE = r"[a-z0-9-]+:\S+"
_IRI = r"[a-z][a-z0-9+.-]*:\S+"
_TAG = r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*"
_COUNT = r"\d+"


@dataclass(frozen=True)
class Rule:
    """What an element holds; ``inside`` reads like ``provider name? edNote*``, in the order that the schema demands."""

    inside: str = ""
    text: str = _NOTHING
    required: tuple[tuple[str, str], ...] = ()
    optional: tuple[tuple[str, str], ...] = ()


_TEXT = Rule(text=_SOME)
_MOMENT = Rule(text=_TIME)

RULES = {
    "newsItem": Rule(
        "catalogRef* itemMeta contentMeta? contentSet?",
        required=(
            ("guid", _IRI), ("standard", "NewsML-G2"), ("standardversion", r"2\.35"),
            ("version", r"[1-9]\d*"), ("conformance", "power"),
        ),
        optional=((_LANG, _TAG),),
    ),
    "catalogRef": Rule(required=(("href", _IRI),)),
    "itemMeta": Rule(
        "itemClass provider versionCreated firstCreated? embargoed? pubStatus? title* edNote* signal* link*"
    ),
    "itemClass": Rule(required=(("qcode", _QCODE),)),
    "provider": Rule("name*", required=(("uri", _IRI),)),
    "name": _TEXT,
    "versionCreated": _MOMENT,
    "firstCreated": _MOMENT,
    "pubStatus": Rule(required=(("qcode", "stat:(usable|withheld|canceled)"),)),
    "title": _TEXT,
    "edNote": _TEXT,
    "signal": Rule(required=(("qcode", "sig:(correction|update|cwarn)"),)),
    "link": Rule(required=(("rel", _QCODE), ("href", _IRI)), optional=(("contenttype", r"\w+/[\w.+-]+"),)),
    "contentMeta": Rule(
        "urgency? contentCreated? contentModified? creator* altId* language* subject* headline* by* description*"
    ),
    "contentCreated": _MOMENT,
    "contentModified": _MOMENT,
    "creator": Rule("name*"),
    "altId": _TEXT,
    "language": Rule(required=(("tag", _TAG),)),
    "subject": Rule("name*", required=(("literal", _SOME),), optional=(("type", _QCODE),)),
    "headline": _TEXT,
    "by": _TEXT,
    "description": _TEXT,
    "contentSet": Rule("inlineXML"),
    "inlineXML": Rule(f"{XHTML}html", required=(("contenttype", r"application/xhtml\+xml"), ("wordcount", _COUNT))),
}  # fmt: skip


def check(element: ET.Element) -> None:
    """Fail where a news item is not built as the schema says."""
    name = element.tag.removeprefix(NAMESPACE)
    rule = RULES.get(name)
    assert rule is not None, f"There is no element {name}."
    forms = dict(rule.required + rule.optional)
    for attribute, value in element.attrib.items():
        assert attribute in forms, f"{name} has no attribute {attribute}."
        assert re.fullmatch(forms[attribute], value), f"{name} {attribute}: {value}"
    assert {attribute for attribute, _ in rule.required} <= element.attrib.keys(), f"{name} lacks an attribute."
    assert re.fullmatch(rule.text, element.text or ""), f"{name}: {element.text!r}"
    within = "".join(f"{child.tag.removeprefix(NAMESPACE)} " for child in element)
    assert re.fullmatch(_pattern(rule.inside), within), f"{name} holds {within}, not {rule.inside}"
    for child in element:
        if child.tag.startswith(NAMESPACE):
            check(child)


def _pattern(inside: str) -> str:
    pattern = ""
    for one in inside.split():
        sign = one[-1] if one[-1] in "*?" else ""
        pattern += f"(?:{re.escape(one.removesuffix(sign))} ){sign}"
    return pattern

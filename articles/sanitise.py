"""Makes HTML from outside safe to store and to show. Everything that is stored as a body has passed ``clean``."""

import nh3

from articles.text import BLOCKS, IGNORED

# Every block stays, so that no two words are glued together where an unknown element was dropped.
_TAGS = (BLOCKS - {"body", "form", "html", "listing", "search"}) | {
    "a", "abbr", "b", "bdi", "bdo", "br", "cite", "code", "col", "colgroup", "del", "dfn", "em", "i", "img", "ins",
    "kbd", "mark", "q", "rp", "rt", "ruby", "s", "samp", "small", "span", "strong", "sub",
    "sup", "time", "u", "var", "wbr",
}  # fmt: skip
_ATTRIBUTES = {
    "*": {"lang", "dir", "title", "id"},
    "a": {"href", "hreflang"},
    "blockquote": {"cite"},
    "col": {"span"},
    "colgroup": {"span"},
    "del": {"datetime"},
    "img": {"src", "alt", "width", "height"},
    "ins": {"datetime"},
    "li": {"value"},
    "ol": {"start", "reversed", "type"},
    "q": {"cite"},
    "td": {"colspan", "rowspan", "headers"},
    "th": {"colspan", "rowspan", "headers", "scope"},
    "time": {"datetime"},
}
# What carries no prose goes whole: its text would become prose.
_WITHOUT_CONTENT = (IGNORED - {"rp"}) | {"embed", "form", "head"}
_IGNORED = "data-corrections-ignore"
_SCHEMES = {"http", "https", "mailto", "tel"}


def clean(html: str) -> str:
    """Give ``html`` with only the elements and attributes of prose, well-formed, links without script.

    Elements that carry no prose (scripts, forms, embeds) go with their content; others unknown go, their text stays.
    A second pass changes nothing.
    """
    return nh3.clean(
        html.replace("\x00", ""),
        tags=set(_TAGS),
        clean_content_tags=set(_WITHOUT_CONTENT),
        attributes=_ATTRIBUTES,
        generic_attribute_prefixes={_IGNORED},
        url_schemes=_SCHEMES,
        link_rel="noopener",
        strip_comments=True,
    )

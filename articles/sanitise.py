"""Makes HTML from outside safe to store and to show. Everything that is stored as a body has passed ``clean``."""

import nh3

_TAGS = {
    "a", "abbr", "aside", "b", "bdi", "bdo", "blockquote", "br", "caption", "cite", "code", "col", "colgroup", "dd",
    "del", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "h2", "h3", "h4", "h5", "h6", "hr", "i", "img",
    "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "rp", "rt", "ruby", "s", "samp", "section", "small", "span",
    "strong", "sub", "sup", "table", "tbody", "td", "tfoot", "th", "thead", "time", "tr", "u", "ul", "var", "wbr",
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
_WITHOUT_CONTENT = {
    "script", "style", "template", "noscript", "iframe", "object", "embed", "form", "button", "select", "textarea",
    "svg", "math", "video", "audio", "canvas", "title", "head",
}  # fmt: skip
_IGNORED = "data-corrections-ignore"
_SCHEMES = {"http", "https", "mailto", "tel"}


def clean(html: str) -> str:
    """Give ``html`` with only the elements and attributes of prose, well-formed, links without script.

    Elements that carry no prose (scripts, forms, embeds) go with their content; others unknown go, their text stays.
    A second pass changes nothing.
    """
    return nh3.clean(
        html.replace("\x00", ""),
        tags=_TAGS,
        clean_content_tags=_WITHOUT_CONTENT,
        attributes=_ATTRIBUTES,
        generic_attribute_prefixes={_IGNORED},
        url_schemes=_SCHEMES,
        link_rel="noopener",
        strip_comments=True,
    )

"""Writes what is left of a tree as HTML, line by line. Does not sanitise: that is done when the text is stored."""

from collections.abc import Sequence
from html import escape
from urllib.parse import urljoin

from articles.importers.elements import SPACE, Element, wordlist
from articles.importers.rules import is_boilerplate
from articles.text import BLOCKS, collapse

# What the sanitiser does not know would go without leaving a boundary, and glue the words around it.
_AS_DIV = BLOCKS - wordlist(
    "aside blockquote caption dd div dl dt figcaption figure h2 h3 h4 h5 h6 hr li ol p pre section table tbody td "
    "tfoot th thead tr ul h1"
)
_RENAMED = {**dict.fromkeys(_AS_DIV, "div"), "h1": "h2"}
_VOID = wordlist("br hr img wbr col")
_KEPT_WHEN_EMPTY = wordlist("td th tr tbody table colgroup")
_SOURCES = ("data-src", "data-lazy-src", "data-original")
_ATTRIBUTES = wordlist(
    "href src alt title lang dir id cite datetime width height colspan rowspan headers scope span start reversed type "
    "value data-corrections-ignore"
)


def render(bodies: list[Element], base: str = "") -> str:
    """Give the HTML of what is left of the bodies: lines that are boilerplate and empty elements left out.

    Links and images are made absolute by the address ``base``.
    """
    writer = _Writer(base)
    if len(bodies) == 1 and bodies[0].tag != "p":
        writer.write(bodies[0].children)
    else:
        writer.write(bodies)
    return "".join(writer.out).strip()


class _Writer:
    """Writes elements; a line (what stands between two boundaries) is judged when it is complete."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.out: list[str] = []
        self.line: list[int] = []  # the pieces of the current line's text, as places in out
        self.text_at = self.kept_at = -1  # the last visible piece, of the line and of the lines that were kept

    def write(self, nodes: Sequence[Element | str]) -> None:
        stack: list[tuple[Element | str, int | None]] = [(node, None) for node in reversed(nodes)]
        while stack:
            node, opened_at = stack.pop()
            if isinstance(node, str):
                self.add_text(node)
            elif opened_at is not None:
                self.close(node, opened_at)
            elif node.tag in _VOID:
                self.add_void(node)
            else:
                if node.tag in BLOCKS:
                    self.end_line()
                stack.append((node, len(self.out)))
                self.out.append(self.start_tag(node))
                stack.extend((child, None) for child in reversed(node.children))
        self.end_line()

    def add_text(self, text: str) -> None:
        if text.strip(SPACE):
            self.line.append(len(self.out))
            self.text_at = len(self.out)
        self.out.append(escape(text.replace("\x00", ""), quote=False))

    def add_void(self, element: Element) -> None:
        if element.tag in ("br", "hr"):
            self.end_line()
        elif element.tag == "img":
            self.text_at = self.kept_at = len(self.out)
        self.out.append(self.start_tag(element))

    def close(self, element: Element, opened_at: int) -> None:
        tag = _RENAMED.get(element.tag, element.tag)
        if element.tag in BLOCKS:
            self.end_line()
            empty = self.kept_at < opened_at
        else:
            empty = self.text_at < opened_at
        is_target = tag in ("a", "span", "sup") and "id" in element.attributes
        if empty and tag not in _KEPT_WHEN_EMPTY and not is_target:
            white = any(piece.isspace() for piece in self.out[opened_at + 1 :])
            del self.out[opened_at:]
            self.text_at = min(self.text_at, opened_at - 1)
            self.out.append(" " if white or element.tag in BLOCKS else "")
        else:
            self.out.append(f"</{tag}>")

    def end_line(self) -> None:
        if not self.line:
            return
        first, last = self.line[0], self.line[-1]
        pieces = [piece for piece in self.out[first : last + 1] if not piece.startswith("<")]
        if is_boilerplate(collapse("".join(pieces).replace("&amp;", "&"))):
            for at in self.line:
                self.out[at] = ""
        else:
            self.kept_at = last
        self.line = []

    def start_tag(self, element: Element) -> str:
        attributes = {k: v for k, v in element.attributes.items() if k in _ATTRIBUTES}
        if element.tag == "img" and attributes.get("src", "data:").startswith("data:"):
            attributes["src"] = next((element.attributes[k] for k in _SOURCES if k in element.attributes), "")
        for name in ("href", "src", "cite"):
            if name in attributes:
                attributes[name] = self.absolute(attributes[name])
        written = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
        return f"<{_RENAMED.get(element.tag, element.tag)}{written}>"

    def absolute(self, address: str) -> str:
        address = address.strip()
        if not self.base or address.startswith("#"):
            return address
        try:
            return urljoin(self.base, address)
        except ValueError:
            return ""

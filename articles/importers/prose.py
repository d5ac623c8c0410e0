"""Finds the prose of an article among what a page puts around it, and gives it as HTML.

Works on a tree of its own (``elements.py``), read from a parsed page or fragment; ``rules.py`` says what is no prose.
Reads no metadata.
"""

import re
from collections.abc import Callable
from html import escape

from selectolax.lexbor import LexborHTMLParser, LexborNode

from articles.importers.elements import Element, next_element, weigh, wordlist
from articles.importers.rendering import render
from articles.importers.rules import GROUPS, heads_links_elsewhere, holds_no_prose, is_about, is_around
from articles.text import BLOCKS, collapse

_STANDFIRST = wordlist(
    "standfirst lead lede subtitle subhead deck dek sapo perex strapline announce excerpt summary intro"
)
_SURE_STANDFIRST = wordlist("standfirst subtitle deck dek sapo perex strapline")
_BODY_NAMES = re.compile(
    r"(?:(?:article|post|entry|story|news|single|page|content|material|text|publication)(?:-|__|_)?"
    r"(?:body|content|text|main|copy|article|full)(?:-(?:text|content|body))?)|td-post-content|e-content|wp-block-post-content"
    r"|articlebody|available-content"
)


def tree(node: LexborNode) -> Element:
    """Read the tree below a parsed node, without what never holds prose: scripts, navigation, hidden elements."""
    root = Element(node.tag or "", {})
    stack = [(node.child, root)]
    while stack:
        child, parent = stack.pop()
        while child is not None:
            if child.is_text_node:
                parent.children.append(child.text_content or "")
            elif child.is_element_node:
                element = Element(child.tag or "", {k: v or "" for k, v in child.attributes.items()}, parent)
                if holds_no_prose(element):
                    parent.children.append(" ")
                else:
                    parent.children.append(element)
                    if child.child is not None:
                        # The rest of this level is read later: memory, not recursion, carries deep trees.
                        stack.append((child.next, parent))
                        stack.append((child.child, element))
                        break
            child = child.next
    return root


def fragment(html: str) -> Element:
    """Read a piece of HTML."""
    body = LexborHTMLParser(html).body
    return tree(body) if body is not None else Element("body", {})


def find_bodies(page: Element) -> tuple[Element, list[Element]]:
    """Find the element that holds the story, and in it the elements that hold its body. ``page`` has been weighed."""
    story = _story(page)
    elements = list(story.walk())
    declared = [e for e in elements if "articleBody" in e.attributes.get("itemprop", "").split()]
    declared = [e for e in declared if not (e.parent and e.parent.is_in(declared))]
    if declared and 2 * sum(e.letters for e in declared) >= story.letters:
        return story, declared
    named = [e for e in elements if e is not story and any(_BODY_NAMES.fullmatch(name.lower()) for name in e.names)]
    named = [e for e in named if 2 * e.letters >= story.letters]
    if named:
        most = max(e.letters for e in named)
        # Of nested ones with nearly the same text the innermost: what lies between them is not prose.
        return story, [[e for e in named if e.letters >= 0.9 * most][-1]]
    if story.tag == "article":
        return story, [story]
    return story, [_densest(story)]


def _story(page: Element) -> Element:
    elements = list(page.walk())
    articles = [e for e in elements if e.tag == "article" and not (e.parent and _within(e.parent, "article"))]
    main = next((e for e in elements if (e.tag == "main" or e.attributes.get("role") == "main") and e.letters), page)
    with_headline = [e for e in articles if any(inner.tag == "h1" for inner in e.walk()) and e.letters]
    if with_headline:
        return max(with_headline, key=lambda e: e.letters)
    declared = next((e for e in elements if "articleBody" in e.attributes.get("itemprop", "").split()), None)
    if declared and declared.letters:
        return next((e for e in articles if declared.is_in([e])), main if declared.is_in([main]) else page)
    longest = max(articles, key=lambda e: e.letters, default=None)
    if longest and 2 * longest.letters >= main.letters:
        return longest
    return main


def _within(element: Element | None, tag: str) -> bool:
    while element:
        if element.tag == tag:
            return True
        element = element.parent
    return False


def _densest(scope: Element) -> Element:
    """Find the innermost element that holds most of the paragraphs: sidebars and lists are links, prose is not."""
    prose: dict[int, int] = {}
    for element in reversed(list(scope.walk())):
        own = sum(len(child) for child in element.children if isinstance(child, str) and len(child.strip()) >= 40)
        if element.tag == "p" and not element.is_links:
            own = element.letters
            inner = 0
        else:
            inner = sum(prose[id(child)] for child in element.children if isinstance(child, Element))
        prose[id(element)] = own + inner
    best, total = scope, prose[id(scope)]
    while True:
        heaviest = max((c for c in best.children if isinstance(c, Element)), key=lambda c: prose[id(c)], default=None)
        if heaviest is None or heaviest.tag in ("p", "blockquote") or prose[id(heaviest)] < 0.8 * total or not total:
            return best
        best = heaviest


def find_standfirst(story: Element, bodies: list[Element]) -> Element | None:
    """Find the lead that stands before the body: outside of it, or in a story without an own element for its body."""
    whole = bodies == [story]
    wanted = _SURE_STANDFIRST if whole else _STANDFIRST
    for element in story.walk():
        if element is not story and any(element is body for body in bodies):
            return None
        if element.tag == "p" and whole and not element.words & wanted and element.letters > 60:
            return None
        if element.tag in ("p", "div", "h2", "h3", "section") and 15 <= element.letters <= 800:
            properties = set(element.attributes.get("itemprop", "").split())
            if element.words & wanted or properties & {"description", "alternativeHeadline"}:
                return element
    return None


def prune(body: Element, *, is_repeated: Callable[[str], bool] = lambda _: False) -> None:
    """Take out of a weighed body what is not prose.

    ``is_repeated`` says of the text of a block before the first paragraph whether the page shows it elsewhere too: the
    headline, the date, the author.
    """
    total = body.letters
    begun = False
    stack = _elements_in(body)
    while stack:
        element = stack.pop()
        if element.parent is None:
            continue
        if heads_links_elsewhere(element):
            following = next_element(element)
            if following:
                following.remove()
            element.remove()
        elif is_around(element, total) or (not begun and is_about(element, is_repeated)):
            element.remove()
        else:
            begun = begun or (element.tag == "p" and element.letters > 60)
            stack.extend(_elements_in(element))
    _cut_links_at_the_end(body)


def _cut_links_at_the_end(body: Element) -> None:
    """Take out the groups of nothing but links that a body ends with: tags, sections, other stories."""
    element: Element | None = body
    while element:
        last = next(
            (child for child in reversed(element.children) if not isinstance(child, str) or child.strip()), None
        )
        if not isinstance(last, Element):
            return
        is_empty = not last.letters + last.linked and not any(inner.tag == "img" for inner in last.walk())
        if is_empty or (last.is_links and last.tag in GROUPS):
            last.remove()
        else:
            element = last if last.tag in GROUPS else None


def _elements_in(element: Element) -> list[Element]:
    return [child for child in reversed(element.children) if isinstance(child, Element)]


def clean_fragment(html: str, base: str = "", *, headline: str = "") -> str:
    """Give the prose of a piece of HTML that is all body, as feeds and exports have it."""
    body = fragment(html)
    weigh(body)
    known = collapse(headline).casefold()
    prune(body, is_repeated=lambda text: text.casefold() == known)
    rendered = render([body], base)
    has_blocks = any(element.tag in BLOCKS or element.tag == "br" for element in body.walk() if element is not body)
    return rendered if has_blocks or not rendered else f"<p>{rendered}</p>"


def text_of(html: str) -> str:
    """Give the words of a piece of HTML."""
    return fragment(html).text() if "<" in html or "&" in html else collapse(html)


def plain_to_html(text: str) -> str:
    """Give a plain text as HTML: blank lines part paragraphs, or if there are none, line ends do."""
    lines = text.strip().replace("\r\n", "\n").split("\n")
    parted = re.split(r"\n[ \t]*\n", "\n".join(lines)) if any(not line.strip() for line in lines) else lines
    paragraphs = (escape(part.strip(), quote=False).replace("\n", "<br>") for part in parted)
    return "\n".join(f"<p>{part}</p>" for part in paragraphs if part)

"""Finds the prose of an article among what a page puts around it, and gives it as HTML.

Works on a tree of its own, read from a parsed page or fragment. Elements are judged by structure (tag, role, class and
id, share of links), lines by what they say (advertisement labels, invitations to report an error). Does not sanitise:
that is done when the text is stored. Reads no metadata.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser, LexborNode

from articles.text import BLOCKS, collapse


def _names(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Elements that hold no prose of the article, whatever they are called.
_WITHOUT_PROSE = _names(
    "script style template noscript iframe nav form button input select textarea svg math canvas dialog object embed "
    "applet video audio head title link meta base menu datalist progress meter map"
)
_ROLES_WITHOUT_PROSE = _names("navigation search dialog alertdialog menu menubar toolbar banner contentinfo tablist")

# Words in class and id, as whole words: "head" and "badge" hold "ad" and mean something else.
_ADVERTISING = re.compile(
    r"ads?(?:slots?|units?|box|blocks?|wrap|wrapper|container|place|holder|text|label|banner|sense|sbygoogle|bygoogle)?\d*"
    r"|adv\d*|adv(?:ert|erts|text|block|box|ertising|ertisement|ertisements|ertorial)\d*|dfp\d*|gpt\d*|adfox\w*|outbrain"
    r"|taboola\w*|mgid|sponsored|reklama?|orphus|mistape"
)
_COMMENTS = re.compile(
    r"(?:disqus[-_]thread|respond|(?:post-|article-|page-)?comments?(?:[-_](?:area|list|section|form|wrap|block))?)"
)
_AROUND = _names(
    "promo promos promoted share shares sharing sharer sharebar sharedaddy social socials addtoany addthis related "
    "relatedposts relateds jp recommended recommendation recommendations recirculation newsletter newsletters "
    "subscribe subscription signup breadcrumb breadcrumbs nav navigation pagination pager sidebar cookie cookies gdpr "
    "consent banner banners sponsor popup modal tags taglist tagcloud toolbar rating donate readalso readmore morenews "
    "comment comments widget widgets print printfriendly follow skip copyright"
)
_ABOUT = _names(
    "date time datetime published pubdate dateline timestamp byline author authors meta views category categories "
    "rubric reading updated breadcrumb source kicker eyebrow"
)
_ABOUT_PARAGRAPH = _names("date datetime pubdate timestamp byline author authors meta")
_STANDFIRST = _names(
    "standfirst lead lede subtitle subhead deck dek sapo perex strapline announce excerpt summary intro"
)
_SURE_STANDFIRST = _names("standfirst subtitle deck dek sapo perex strapline")
_BODY_NAMES = re.compile(
    r"(?:(?:article|post|entry|story|news|single|page|content|material|text|publication)(?:-|__|_)?"
    r"(?:body|content|text|main|copy|article|full)(?:-(?:text|content|body))?)|td-post-content|e-content|wp-block-post-content"
    r"|articlebody|available-content"
)
_WORD = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+\d*|\d+")

_AD_LABELS = _names(
    "advertisement advertisements advertising advert ad ads sponsored реклама рекламa anzeige werbung publicité "
    "publicite publicidad anuncio anuncios reklama reklam pubblicità annons annonce advertentie mainos hirdetés "
    "inzerce inzercia publicitate διαφήμιση რეკლამა գովազդ жарнама reklaam reklāma"
)
_READ_ALSO = re.compile(
    r"(?:(?:read|see|watch) (?:also|more|next)|also read|more on this(?: story)?|more from .{1,40}|related(?: \w+){0,2}"
    r"|читайте (?:також|также|ещё|еще|далі|по темі|по теме)|читати також|дивіться також|смотрите также|по темі|по теме|"
    r"чытайце таксама|czytaj (?:też|także|również)|zobacz (?:też|także|również)|przeczytaj (?:też|także|również)"
    r"|lesen sie auch|mehr zum thema|lire aussi|à lire aussi|lee también|lea también|leggi anche|leia também|čtěte také"
    r"|přečtěte si také|čítajte tiež|skaityk(?:ite)? taip pat|lasi arī|loe ka|citește și|виж още|прочетете още"
    r"|pročitajte i|pročitaj i|lees ook|läs också|les også|læs også|lue myös|διαβάστε επίσης|bunları da okuyun"
    r"|ayrıca okuyun)",
    re.IGNORECASE,
)
_KEYS = re.compile(
    r"(?:ctrl|control|strg|ctl|cmd|⌘|⌃|контрол)\s*[+＋⏎↵-]?\s*(?:enter|return|intro|entrée|eingabe|invio|⏎|↵)",
    re.IGNORECASE,
)
_ERROR_WORDS = re.compile(
    r"error|mistake|typo|misprint|inaccura|помил|ошиб|опечат|неточн|памыл|błąd|błęd|literówk|fehler|erreur|faute|coquille"
    r"|errata|erro\b|gralha|errore|refuso|chyb|klaid|kļūd|viga|vea\b|vigu|greșeal|eroare|грешк|grešk|greše|hata|yanlış"
    r"|შეცდომ|սխալ|վրիպ|қате|virhe|fel\b|feil|fejl|fout|hib[aá]|λάθος|səhv|xato",
    re.IGNORECASE,
)
_FOLLOW = re.compile(
    r"(?:follow|join|find) (?:us|our)\b|(?:subscribe|sign up) (?:to|for) our\b|підпис(?:уйтес|атис|уйся)|стежте за"
    r"|приєднуйтес|подпис(?:ывайтес|аться)|следите за|присоединяйтес|obserwuj nas|folgen sie uns|suivez-nous|síguenos",
    re.IGNORECASE,
)
_GROUPS = _names("ul ol div section table figure aside")
_SPACE = " \t\n\f\r\xa0\u200b\ufeff"
_FOOTER_LONGEST = 400
_LINKS_ONLY = 0.8


@dataclass(slots=True, eq=False)
class Element:
    """An element of the page's tree.

    ``letters`` are the visible characters in it outside of links, ``linked`` those within links.
    """

    tag: str
    attributes: dict[str, str]
    parent: Element | None = None
    children: list[Element | str] = field(default_factory=list)
    letters: int = 0
    linked: int = 0

    def walk(self) -> Iterator[Element]:
        """Yield this element and all elements in it, in document order."""
        stack = [self]
        while stack:
            element = stack.pop()
            yield element
            stack.extend(child for child in reversed(element.children) if isinstance(child, Element))

    def text(self) -> str:
        """Give the words in it, white space collapsed, blocks parted by a space."""
        parts: list[str] = []
        stack: list[Element | str] = [self]
        while stack:
            node = stack.pop()
            if isinstance(node, str):
                parts.append(node)
            else:
                if node.tag in BLOCKS or node.tag == "br":
                    parts.append(" ")
                    stack.append(" ")
                stack.extend(reversed(node.children))
        return collapse("".join(parts))

    def is_in(self, others: Iterable[Element]) -> bool:
        """Say whether it is one of the others or lies in one."""
        known = set(map(id, others))
        element: Element | None = self
        while element:
            if id(element) in known:
                return True
            element = element.parent
        return False

    def remove(self) -> None:
        """Take it out of the tree; a space stays, so that no words are glued."""
        if self.parent:
            self.parent.children[self.parent.children.index(self)] = " "
            self.parent = None

    @property
    def names(self) -> list[str]:
        """The names in class and id (and ``data-component``, which sites with generated classes use for it)."""
        return " ".join(self.attributes.get(name, "") for name in ("class", "id", "data-component")).split()

    @property
    def words(self) -> set[str]:
        """The words in class and id: ``post__shareBar-2`` gives post, share, bar, 2."""
        return {word.lower() for name in self.names for word in _WORD.findall(name)}

    @property
    def is_innermost(self) -> bool:
        """Whether it is a block with no block directly in it: what its text says need not be judged again above it."""
        return self.tag in BLOCKS and not any(isinstance(c, Element) and c.tag in BLOCKS for c in self.children)

    @property
    def is_links(self) -> bool:
        """Whether its text is nearly all links."""
        return self.linked > 0 and self.linked >= _LINKS_ONLY * (self.letters + self.linked)


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
                if _holds_no_prose(element):
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


def weigh(root: Element) -> None:
    """Count the letters of every element below ``root``."""
    elements = list(root.walk())
    in_link: set[int] = set()
    for element in elements:
        if element.tag == "a" or (element.parent and id(element.parent) in in_link):
            in_link.add(id(element))
        element.letters = element.linked = 0
    for element in reversed(elements):
        own = sum(len(child.translate(_NO_SPACE)) for child in element.children if isinstance(child, str))
        if id(element) in in_link:
            element.linked += own
        else:
            element.letters += own
        if element.parent and element is not root:
            element.parent.letters += element.letters
            element.parent.linked += element.linked


_NO_SPACE = str.maketrans("", "", _SPACE)


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
        if _heads_links_elsewhere(element):
            following = _next_element(element)
            if following:
                following.remove()
            element.remove()
        elif _is_around(element, total) or (not begun and _is_about(element, is_repeated)):
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
        if is_empty or (last.is_links and last.tag in _GROUPS):
            last.remove()
        else:
            element = last if last.tag in _GROUPS else None


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


def _elements_in(element: Element) -> list[Element]:
    return [child for child in reversed(element.children) if isinstance(child, Element)]


def _holds_no_prose(element: Element) -> bool:
    attributes = element.attributes
    return (
        element.tag in _WITHOUT_PROSE
        or attributes.get("role", "") in _ROLES_WITHOUT_PROSE
        or "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or bool(re.search(r"display\s*:\s*none", attributes.get("style", "")))
    )


def _is_around(element: Element, total: int) -> bool:  # noqa: PLR0911  # a table of rules, one after the other
    """Say whether the element is one of those that a page puts around and between the paragraphs."""
    if element.tag not in BLOCKS and element.tag not in ("ins", "amp-ad"):
        return False
    words = element.words
    if (
        any(_COMMENTS.fullmatch(name.lower()) for name in element.names)
        and "comments" in " ".join(element.names).lower()
    ):
        return True
    if any(map(_ADVERTISING.fullmatch, words | {name.lower() for name in element.names})) or element.tag == "amp-ad":
        # A class such as "ad-free" sits on an element that holds the story.
        return element.letters <= 0.4 * total
    if element.tag in ("header", "footer") or "author" in element.attributes.get("itemprop", ""):
        return element.letters < 0.4 * total
    if words & {"author", "authors"} and words & {"bio", "box", "card", "about"}:
        return element.letters < 0.4 * total
    if words & _AROUND and element.letters < min(250, 0.4 * total + 1):
        return element.tag != "p" or element.is_links
    if element.tag in ("aside", "figure") and element.is_links:
        return not any(inner.tag == "img" for inner in element.walk())
    return _leads_elsewhere(element)


def _leads_elsewhere(element: Element) -> bool:
    """Say whether the element is a "read also" with nothing but links after the words."""
    if not element.linked or element.letters > 100 or not element.is_innermost:
        return False
    text = element.text()
    if _FOLLOW.match(text):
        return True
    match = _READ_ALSO.match(text)
    return match is not None and element.linked >= _LINKS_ONLY * (len(text[match.end() :].translate(_NO_SPACE)) - 1)


def _heads_links_elsewhere(element: Element) -> bool:
    """Say whether the element is nothing but the words "read also", and links follow."""
    if element.linked or not 0 < element.letters <= 60 or not element.is_innermost:
        return False
    if not _READ_ALSO.fullmatch(element.text().rstrip(" :…→»")):
        return False
    following = _next_element(element)
    return following is None or following.is_links


def _next_element(element: Element) -> Element | None:
    siblings = element.parent.children if element.parent else []
    at = next((i for i, child in enumerate(siblings) if child is element), len(siblings))
    return next(
        (child for child in siblings[at + 1 :] if isinstance(child, Element) and child.letters + child.linked), None
    )


def _is_about(element: Element, is_repeated: Callable[[str], bool]) -> bool:
    """Say whether a block at the beginning tells of the article (date, author, section) and is none of its text."""
    if element.tag not in BLOCKS and element.tag != "time":
        return False
    size = element.letters + element.linked
    if not size or size > 500:
        return False
    if element.tag in ("time", "address") or (element.is_links and element.tag in _GROUPS):
        return True
    if size < 120 and element.words & (_ABOUT_PARAGRAPH if element.tag == "p" else _ABOUT):
        return True
    return element.is_innermost and is_repeated(element.text())


def is_boilerplate(line: str) -> bool:
    """Say whether a line is an advertisement's label or invites to report an error with Ctrl + Enter."""
    if len(line) > _FOOTER_LONGEST:
        return False
    if line.strip(" \xa0:.-–—*[]()•|").lower() in _AD_LABELS:
        return True
    return bool(_KEYS.search(line) and _ERROR_WORDS.search(line))


# What the sanitiser does not know would go without leaving a boundary, and glue the words around it.
_AS_DIV = BLOCKS - _names(
    "aside blockquote caption dd div dl dt figcaption figure h2 h3 h4 h5 h6 hr li ol p pre section table tbody td "
    "tfoot th thead tr ul h1"
)
_RENAMED = {**dict.fromkeys(_AS_DIV, "div"), "h1": "h2"}
_VOID = _names("br hr img wbr col")
_KEPT_WHEN_EMPTY = _names("td th tr tbody table colgroup")
_SOURCES = ("data-src", "data-lazy-src", "data-original")
_ATTRIBUTES = _names(
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
        if text.strip(_SPACE):
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

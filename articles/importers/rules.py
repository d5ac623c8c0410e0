"""Rules for what is no prose of an article: elements by structure (tag, role, class and id, share of links), lines by
what they say (advertisement labels, invitations to report an error), in the languages of Europe.
"""

import re
from collections.abc import Callable

from articles.importers.elements import LINKS_ONLY, NO_SPACE, Element, next_element, wordlist
from articles.text import BLOCKS

# Elements that hold no prose of the article, whatever they are called.
_WITHOUT_PROSE = wordlist(
    "script style template noscript iframe nav form button input select textarea svg math canvas dialog object embed "
    "applet video audio head title link meta base menu datalist progress meter map"
)
_ROLES_WITHOUT_PROSE = wordlist("navigation search dialog alertdialog menu menubar toolbar banner contentinfo tablist")

# Words in class and id, as whole words: "head" and "badge" hold "ad" and mean something else.
_ADVERTISING = re.compile(
    r"ads?(?:slots?|units?|box|blocks?|wrap|wrapper|container|place|holder|text|label|banner|sense|sbygoogle|bygoogle)?\d*"
    r"|adv\d*|adv(?:ert|erts|text|block|box|ertising|ertisement|ertisements|ertorial)\d*|dfp\d*|gpt\d*|adfox\w*|outbrain"
    r"|taboola\w*|mgid|sponsored|reklama?|orphus|mistape"
)
_COMMENTS = re.compile(
    r"(?:disqus[-_]thread|respond|(?:post-|article-|page-)?comments?(?:[-_](?:area|list|section|form|wrap|block))?)"
)
_AROUND = wordlist(
    "promo promos promoted share shares sharing sharer sharebar sharedaddy social socials addtoany addthis related "
    "relatedposts relateds jp recommended recommendation recommendations recirculation newsletter newsletters "
    "subscribe subscription signup breadcrumb breadcrumbs nav navigation pagination pager sidebar cookie cookies gdpr "
    "consent banner banners sponsor popup modal tags taglist tagcloud toolbar rating donate readalso readmore morenews "
    "comment comments widget widgets print printfriendly follow skip copyright"
)
_ABOUT = wordlist(
    "date time datetime published pubdate dateline timestamp byline author authors meta views category categories "
    "rubric reading updated breadcrumb source kicker eyebrow"
)
_ABOUT_PARAGRAPH = wordlist("date datetime pubdate timestamp byline author authors meta")

_AD_LABELS = wordlist(
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
GROUPS = wordlist("ul ol div section table figure aside")
_FOOTER_LONGEST = 400


def holds_no_prose(element: Element) -> bool:
    """Say whether nothing in the element is read as prose: scripts, navigation, hidden elements."""
    attributes = element.attributes
    return (
        element.tag in _WITHOUT_PROSE
        or attributes.get("role", "") in _ROLES_WITHOUT_PROSE
        or "hidden" in attributes
        or attributes.get("aria-hidden") == "true"
        or bool(re.search(r"display\s*:\s*none", attributes.get("style", "")))
    )


def is_around(element: Element, total: int) -> bool:  # noqa: PLR0911  # a table of rules, one after the other
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
    return match is not None and element.linked >= LINKS_ONLY * (len(text[match.end() :].translate(NO_SPACE)) - 1)


def heads_links_elsewhere(element: Element) -> bool:
    """Say whether the element is nothing but the words "read also", and links follow."""
    if element.linked or not 0 < element.letters <= 60 or not element.is_innermost:
        return False
    if not _READ_ALSO.fullmatch(element.text().rstrip(" :…→»")):
        return False
    following = next_element(element)
    return following is None or following.is_links


def is_about(element: Element, is_repeated: Callable[[str], bool]) -> bool:
    """Say whether a block at the beginning tells of the article (date, author, section) and is none of its text."""
    if element.tag not in BLOCKS and element.tag != "time":
        return False
    size = element.letters + element.linked
    if not size or size > 500:
        return False
    if element.tag in ("time", "address") or (element.is_links and element.tag in GROUPS):
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

"""The picture by which other pages show an article: the first one in its text."""

from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

from articles.markup import IGNORING_ATTRIBUTES


class Picture(NamedTuple):
    """A picture's whole address, and what it shows in words."""

    address: str
    words: str


def first_picture(body: str, *, page: str) -> Picture | None:
    """Give the first picture of a sanitised body with an address of the web; ``page`` is where the body stands."""
    finder = _Finder(page)
    finder.feed(body)
    return finder.found


class _Finder(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
        self.found: Picture | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        source = (values.get("src") or "").strip()
        if tag != "img" or self.found or not source or IGNORING_ATTRIBUTES & values.keys():
            return
        try:
            address = urljoin(self.page, source)
            is_of_the_web = urlsplit(address).scheme in ("http", "https")
        except ValueError:
            return
        if is_of_the_web:
            self.found = Picture(address, (values.get("alt") or "").strip())

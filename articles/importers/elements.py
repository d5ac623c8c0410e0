"""The tree of a page or of a piece of HTML: elements, and how much of their text is links."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from articles.text import BLOCKS, collapse

SPACE = " \t\n\f\r\xa0\u200b\ufeff"
NO_SPACE = str.maketrans("", "", SPACE)
LINKS_ONLY = 0.8
"""The share of links from which on an element is said to be nothing else."""

_WORD = re.compile(r"[A-Z]{2,}(?![a-z])|[A-Z]?[a-z]+\d*|\d+")


def wordlist(words: str) -> frozenset[str]:
    """Give the words of a list."""
    return frozenset(words.split())


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
        return self.linked > 0 and self.linked >= LINKS_ONLY * (self.letters + self.linked)


def weigh(root: Element) -> None:
    """Count the letters of every element below ``root``."""
    elements = list(root.walk())
    in_link: set[int] = set()
    for element in elements:
        if element.tag == "a" or (element.parent and id(element.parent) in in_link):
            in_link.add(id(element))
        element.letters = element.linked = 0
    for element in reversed(elements):
        own = sum(len(child.translate(NO_SPACE)) for child in element.children if isinstance(child, str))
        if id(element) in in_link:
            element.linked += own
        else:
            element.letters += own
        if element.parent and element is not root:
            element.parent.letters += element.letters
            element.parent.linked += element.linked


def next_element(element: Element) -> Element | None:
    """Give the next element beside it that has any text."""
    siblings = element.parent.children if element.parent else []
    at = next((i for i, child in enumerate(siblings) if child is element), len(siblings))
    return next(
        (child for child in siblings[at + 1 :] if isinstance(child, Element) and child.letters + child.linked), None
    )

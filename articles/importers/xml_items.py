"""Cuts a feed or an export into its items, so that each is parsed by itself: flat memory, and a bad one stops no other.

Expands nothing and fetches nothing: a file that declares entities is refused.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from articles.importers.items import LARGEST_ITEM

_CHUNK = 64 * 1024
_DECLARED = re.compile(rb"""<\?xml[^>]*?encoding\s*=\s*["']([\w.:-]+)""")
_TOKEN = re.compile(r"<!\[CDATA\[|<!--|<(?:[\w.-]+:)?(?:item|entry)(?=[\s>])|</(?:[\w.-]+:)?(?:item|entry)\s*>")
_ITEM_END = re.compile(r"</(?:[\w.-]+:)?(?:item|entry)\s*>\Z")
_ENDS = {"<![CDATA[": "]]>", "<!--": "-->"}
_LONGEST_TOKEN = 64


@dataclass(slots=True)
class Head:
    """What stands before the first item: the open elements, and the texts of the elements directly in the channel."""

    opened: str = ""
    closed: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    groups: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Piece:
    """One item as a document of its own, or what is wrong with it."""

    where: str
    document: bytes = b""
    problem: str = ""


class XmlItems:
    """The items of a file. ``head`` is known once the first item (or the end) was reached."""

    def __init__(self, file: BinaryIO, where: str) -> None:
        start = file.read(1024)
        file.seek(0)
        declared = _DECLARED.search(start)
        if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            encoding, errors = "utf-16", "replace"
        else:
            encoding, errors = declared[1].decode() if declared else "utf-8-sig", "surrogateescape"
        if encoding.lower() in ("utf-8", "utf8"):
            encoding = "utf-8-sig"
        try:
            self.decoder = codecs.getincrementaldecoder(encoding)(errors)
            self.problem = ""
        except LookupError:
            self.problem = f"is in the encoding “{encoding}”, which is not known"
        self.file = file
        self.where = where
        self.text = ""
        self.ended = False
        self.head = Head()

    def pieces(self) -> Iterator[Piece]:
        """Yield the items in order, and at the end what is wrong with the file as a whole."""
        tail = ""
        if not self.problem:
            tail = self.up_to_token()
            self.problem = self.read_head(tail)
        if self.problem:
            yield Piece(self.where, problem=self.problem)
            return
        number = 0
        while self.text:
            number += 1
            where = f"{self.where}, item {number}"
            item = self.up_to_token(closing=True)
            if not _ITEM_END.search(item[-_LONGEST_TOKEN:]):
                is_large = len(item) > LARGEST_ITEM
                yield Piece(where, problem="is larger than 32 MB" if is_large else "does not end: the file is cut off")
                return
            yield self.piece(where, item)
            tail = self.up_to_token()
        # Without any item the head is closed, which read_head has seen to.
        if number and not tail.rstrip().endswith(self.head.closed.rpartition("<")[2]):
            yield Piece(self.where, problem="the file is cut off: its end is missing")

    def piece(self, where: str, item: str) -> Piece:
        document = f'<?xml version="1.0" encoding="utf-8"?>{self.head.opened}{item}{self.head.closed}'
        try:
            return Piece(where, document.encode())
        except UnicodeEncodeError:
            return Piece(where, problem="holds bytes that are not in the file's encoding")

    def up_to_token(self, *, closing: bool = False) -> str:
        """Take the text before the next item's start tag or, with ``closing``, up to and with its end tag."""
        at = 0
        while True:
            match = _TOKEN.search(self.text, at)
            if match is None:
                at = max(at, len(self.text) - _LONGEST_TOKEN)
                if len(self.text) > LARGEST_ITEM or not self.read_more():
                    return self.take(len(self.text))
            elif match[0] in _ENDS:
                at = self.find(_ENDS[match[0]], match.end())
                if at < 0:
                    return self.take(len(self.text))
            elif match[0].startswith("</") == closing:
                return self.take(match.end() if closing else match.start())
            else:
                at = match.end()

    def find(self, mark: str, at: int) -> int:
        while (found := self.text.find(mark, at)) < 0:
            at = max(at, len(self.text) - len(mark))
            if len(self.text) > LARGEST_ITEM or not self.read_more():
                return -1
        return found + len(mark)

    def read_more(self) -> bool:
        if self.ended:
            return False
        data = self.file.read(_CHUNK)
        self.ended = not data
        self.text += self.decoder.decode(data, self.ended)
        return True

    def take(self, end: int) -> str:
        taken, self.text = self.text[:end], self.text[end:]
        return taken

    def read_head(self, before: str) -> str:
        """Read what stands before the first item; give what is wrong with it."""
        reader = _HeadReader(self.head)
        source = re.sub(r"^\s*<\?xml[^>]*\?>", "", before)
        try:
            reader.parser.Parse(source.encode(), False)
        except expat.ExpatError as error:
            return f"is not well-formed XML: {expat.ErrorString(error.code)} (line {error.lineno})"
        except UnicodeEncodeError:
            return "holds bytes that are not in the file's encoding"
        except _EntityDeclaredError:
            return "declares entities, which are not expanded here"
        self.head.opened = "".join(tag for _, tag in reader.open)
        self.head.closed = "".join(f"</{name}>" for name, _ in reversed(reader.open))
        return "" if self.text or not reader.open else "the file is cut off: its end is missing"


class _EntityDeclaredError(Exception):
    """The file declares an entity."""


class _HeadReader:
    def __init__(self, head: Head) -> None:
        self.head = head
        self.open: list[tuple[str, str]] = []
        self.text: list[str] = []
        self.group: dict[str, str] = {}
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.text.append
        self.parser.EntityDeclHandler = self.refuse

    def start(self, name: str, attributes: dict[str, str]) -> None:
        written = "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
        self.open.append((name, f"<{name}{written}>"))
        self.text.clear()

    def end(self, name: str) -> None:
        text = "".join(self.text).strip()
        self.text.clear()
        self.open.pop()
        if self.open and self.open[-1][0] == "wp:author":
            self.group[name] = text
        elif name == "wp:author":
            self.head.groups.append(self.group)
            self.group = {}
        elif len(self.open) <= 2:
            self.head.texts.setdefault(name, text)

    def refuse(self, *_declaration: Any) -> None:
        raise _EntityDeclaredError

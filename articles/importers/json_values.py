"""Reads JSON values from a file one by one: a list, one object, or objects that follow each other (JSON Lines).

Holds one value at a time in memory.
"""

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from articles.importers.items import LARGEST_ITEM

_CHUNK = 256 * 1024
_BETWEEN = re.compile(r"[\s,]*")
_NOT_SPACE = re.compile(r"\S")


@dataclass(frozen=True, slots=True)
class Value:
    """One value, where it stands, and if it could not be read, what is wrong with it."""

    where: str
    value: Any = None
    problem: str = ""


def read_values(file: BinaryIO, where: str) -> Iterator[Value]:
    """Yield the values of a file. A line of JSON Lines that cannot be read does not stop those after it.

    Bytes that are not UTF-8 become lone surrogates, so that the one article they stand in is refused.
    """
    return _Reader(file, where).values()


class _Reader:
    def __init__(self, file: BinaryIO, where: str) -> None:
        head = file.read(4)
        file.seek(-len(head), 1)
        encoding = "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else "utf-8-sig"
        self.file = file
        self.decoder = codecs.getincrementaldecoder(encoding)("surrogateescape" if encoding != "utf-16" else "replace")
        self.where = where
        self.text = ""
        self.at = 0
        self.line = 1
        self.ended = False
        self.scan = json.JSONDecoder().raw_decode

    def values(self) -> Iterator[Value]:
        is_list = self.next_character() == "["
        if is_list:
            self.move(self.at + 1)
        number = 0
        while character := self.next_character():
            if character == "]" and is_list:
                return
            number += 1
            value = self.read_value(f"{self.where}, item {number}" if is_list else f"{self.where}, line {self.line}")
            yield value
            if value.problem and (is_list or not self.skip_line()):
                return
        if is_list:
            yield Value(f"{self.where}, line {self.line}", problem="the list does not end: the file is cut off")

    def next_character(self) -> str:
        """Move to the next character that is neither white space nor a comma; give ``""`` at the end."""
        while True:
            match = _BETWEEN.match(self.text, self.at)
            self.move(match.end() if match else self.at)
            if self.at < len(self.text):
                return self.text[self.at]
            if not self.read_more():
                return ""

    def read_value(self, where: str) -> Value:
        while True:
            try:
                value, end = self.scan(self.text, self.at)
            except json.JSONDecodeError as error:
                if self.may_go_on(error) and self.read_more(len(self.text) - self.at):
                    continue
                line = self.line + self.text.count("\n", self.at, error.pos)
                return Value(where, problem=f"is not JSON: {error.msg} (line {line})")
            except (ValueError, RecursionError) as error:
                what = "nested too deeply" if isinstance(error, RecursionError) else str(error)
                return Value(where, problem=f"is not JSON: {what}")
            if end == len(self.text) and self.read_more():
                continue  # a number may go on
            self.move(end)
            return Value(where, value)

    def may_go_on(self, error: json.JSONDecodeError) -> bool:
        """Say whether the value may just not be complete yet."""
        if len(self.text) - self.at > LARGEST_ITEM:
            return False
        return error.msg.startswith("Unterminated string") or error.pos >= len(self.text) - 16

    def read_more(self, least: int = 0) -> bool:
        """Read on, at least as much again as is being looked at, so that a long value is not scanned too often."""
        if self.ended:
            return False
        data = self.file.read(max(_CHUNK, least))
        self.ended = not data
        self.text = self.text[self.at :] + self.decoder.decode(data, self.ended)
        self.at = 0
        return True

    def move(self, at: int) -> None:
        self.line += self.text.count("\n", self.at, at)
        self.at = at

    def skip_line(self) -> bool:
        while (end := self.text.find("\n", self.at)) < 0:
            self.move(len(self.text))
            if not self.read_more():
                return False
        self.move(end + 1)
        return True

"""Revises articles as editors do, and knows where every word went.

Responsible for the truth: each word of the revised text carries which word of the old one it is, or whose copy, so
where a passage went is known by construction and not by another algorithm. Whether an engine finds it is
``accuracy``'s subject.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from bench.corpus import LANGUAGES, Language, article, sentence


@dataclass(frozen=True, slots=True)
class Word:
    """A word, its number in the old text if it is one of its words, and the number of the word it is a copy of."""

    text: str
    origin: int | None = None
    copy_of: int | None = None
    moved: bool = False


Document = list[list[list[Word]]]


@dataclass(frozen=True)
class Case:
    """A passage of the old text and where it is in the new one: ``truth``, or None if it was removed."""

    kind: str
    """same, edited, moved or removed"""
    start: int
    end: int
    words: int
    repeats: int
    truth: tuple[int, int] | None
    copied: bool
    """A copy of it stands in the new text: where the original went or was edited, nobody can tell the two apart."""


@dataclass(frozen=True)
class Pair:
    """Two revisions of one article and the passages to find."""

    language: str
    level: str
    old: str
    new: str
    cases: tuple[Case, ...]


LEVELS = {"light": (3, 3), "medium": (10, 6), "heavy": (30, 12)}
"""Edits of words for each 1,000 characters; edits of sentences and paragraphs for each article."""


def pair(code: str, level: str, seed: int, *, characters: int = 4000, cases: int = 24) -> Pair:
    """Make an article, revise it, and choose passages."""
    chance = random.Random(f"{code}/{level}/{seed}")  # noqa: S311 — reproducible, not secret
    language = LANGUAGES[code]
    plain = article(language, chance, characters)
    number = 0
    document: Document = []
    for paragraph in plain:
        document.append([])
        for words in paragraph:
            document[-1].append([Word(word, number + offset) for offset, word in enumerate(words)])
            number += len(words)
    old, old_spans = write(document, language, chance, typographic=False)
    words_old = list(_all_words(document))
    revised = _revise(document, language, level, characters, chance)
    new, new_spans = write(revised, language, chance, typographic=chance.random() < 0.15)
    return Pair(code, level, old, new, tuple(_cases(words_old, old, old_spans, revised, new, new_spans, chance, cases)))


def write(
    document: Document, language: Language, chance: random.Random, *, typographic: bool
) -> tuple[str, list[tuple[int, int]]]:
    """Return the text and where each word stands in it."""
    pieces: list[str] = []
    spans: list[tuple[int, int]] = []
    length = 0
    for paragraph in document:
        for words in paragraph:
            for word in words:
                if length and pieces[-1] != "\n":
                    space = language.space
                    if typographic and space and chance.random() < 0.15:
                        space = "\u00a0"
                    pieces.append(space)
                    length += len(space)
                text = word.text
                if typographic:
                    text = text.replace("—", "–").replace("“", '"').replace("”", '"').replace("'", "’")
                spans.append((length, length + len(text)))
                pieces.append(text)
                length += len(text)
        if pieces and pieces[-1] != "\n":
            pieces.append("\n")
            length += 1
    return "".join(pieces), spans


def _all_words(document: Document) -> Iterator[Word]:
    return (word for paragraph in document for words in paragraph for word in words)


def _revise(document: Document, language: Language, level: str, characters: int, chance: random.Random) -> Document:
    word_edits, block_edits = LEVELS[level]
    revised = [[list(words) for words in paragraph] for paragraph in document]
    for _ in range(chance.randint(1, block_edits)):
        chance.choice(_BLOCK_EDITS)(revised, language, chance)
        revised = [kept for paragraph in revised if (kept := [words for words in paragraph if words])]
    for _ in range(word_edits * characters // 1000):
        words = chance.choice(chance.choice(revised))
        if words:
            chance.choices(_WORD_EDITS, weights=(4, 3, 2, 2, 1))[0](words, language, chance)
    return [kept for paragraph in revised if (kept := [words for words in paragraph if words])]


# Edits of a word


def _misspell(words: list[Word], language: Language, chance: random.Random) -> None:
    """Put a misspelling in, or out: for finding the passage the direction is all the same."""
    at = chance.randrange(len(words))
    text = words[at].text
    letters = [index for index, char in enumerate(text) if char.isalpha()]
    if len(letters) < (1 if not language.space else 3):
        return
    index = chance.choice(letters)
    other = chance.choice([char for word in words for char in word.text if char.isalpha()])
    change = chance.randrange(4)
    if change == 0 and index + 1 < len(text):
        text = text[:index] + text[index + 1] + text[index] + text[index + 2 :]
    elif change == 1 and len(letters) > 1:
        text = text[:index] + text[index + 1 :]
    elif change == 2:
        text = text[:index] + text[index] + text[index:]
    else:
        text = text[:index] + other + text[index + 1 :]
    words[at] = replace(words[at], text=text)


def _replace_word(words: list[Word], language: Language, chance: random.Random) -> None:
    """One word for another, which stands for it; its punctuation stays."""
    at = chance.randrange(len(words))
    text = words[at].text
    bare = text.strip(".,。、—“”«»「」،")
    if not bare:
        return
    other = chance.choice(sentence(language, chance)[1:-1] or [bare])
    words[at] = replace(words[at], text=text.replace(bare, other.strip(".,。、—“”«»「」،") or bare))


def _insert_words(words: list[Word], language: Language, chance: random.Random) -> None:
    at = chance.randrange(len(words))
    words[at:at] = [Word(text) for text in sentence(language, chance)[1:-1][: chance.randint(1, 4)]]


def _delete_words(words: list[Word], language: Language, chance: random.Random) -> None:  # noqa: ARG001 — as its siblings
    at = chance.randrange(len(words))
    del words[at : at + chance.randint(1, 2)]


def _change_case(words: list[Word], language: Language, chance: random.Random) -> None:  # noqa: ARG001 — as its siblings
    at = chance.randrange(len(words))
    words[at] = replace(
        words[at], text=words[at].text.swapcase() if len(words[at].text) < 4 else words[at].text.title()
    )


_WORD_EDITS: tuple[Callable[[list[Word], Language, random.Random], None], ...] = (
    _misspell,
    _replace_word,
    _insert_words,
    _delete_words,
    _change_case,
)


# Edits of sentences and paragraphs


def _fresh(language: Language, chance: random.Random) -> list[Word]:
    return [Word(text) for text in sentence(language, chance)]


def _insert_sentence(document: Document, language: Language, chance: random.Random) -> None:
    paragraph = chance.choice(document)
    paragraph.insert(chance.randint(0, len(paragraph)), _fresh(language, chance))


def _delete_sentence(document: Document, language: Language, chance: random.Random) -> None:  # noqa: ARG001 — as its siblings
    paragraph = chance.choice(document)
    if len(paragraph) > 1:
        del paragraph[chance.randrange(len(paragraph))]


def _rewrite_sentence(document: Document, language: Language, chance: random.Random) -> None:
    paragraph = chance.choice(document)
    paragraph[chance.randrange(len(paragraph))] = _fresh(language, chance)


def _move_sentence(document: Document, language: Language, chance: random.Random) -> None:  # noqa: ARG001 — as its siblings
    source, target = chance.choice(document), chance.choice(document)
    if len(source) > 1:
        words = source.pop(chance.randrange(len(source)))
        target.insert(chance.randint(0, len(target)), [replace(word, moved=True) for word in words])


def _copy_sentence(document: Document, language: Language, chance: random.Random) -> None:  # noqa: ARG001 — as its siblings
    words = chance.choice(chance.choice(document))
    target = chance.choice(document)
    copy = [Word(word.text, None, word.origin if word.origin is not None else word.copy_of) for word in words]
    target.insert(chance.randint(0, len(target)), copy)


def _insert_paragraph(document: Document, language: Language, chance: random.Random) -> None:
    document.insert(chance.randint(0, len(document)), [_fresh(language, chance) for _ in range(chance.randint(1, 4))])


def _delete_paragraph(document: Document, language: Language, chance: random.Random) -> None:  # noqa: ARG001 — as its siblings
    if len(document) > 3:
        del document[chance.randrange(len(document))]


def _move_paragraph(document: Document, language: Language, chance: random.Random) -> None:  # noqa: ARG001 — as its siblings
    paragraph = document.pop(chance.randrange(len(document)))
    moved = [[replace(word, moved=True) for word in words] for words in paragraph]
    document.insert(chance.randint(0, len(document)), moved)


def _split_paragraph(document: Document, language: Language, chance: random.Random) -> None:  # noqa: ARG001 — as its siblings
    at = chance.randrange(len(document))
    middle = len(document[at]) // 2
    document[at : at + 1] = [document[at][:middle], document[at][middle:]]


def _merge_paragraphs(document: Document, language: Language, chance: random.Random) -> None:  # noqa: ARG001 — as its siblings
    if len(document) > 3:
        at = chance.randrange(len(document) - 1)
        document[at : at + 2] = [document[at] + document[at + 1]]


_BLOCK_EDITS: tuple[Callable[[Document, Language, random.Random], None], ...] = (
    _insert_sentence,
    _delete_sentence,
    _rewrite_sentence,
    _move_sentence,
    _copy_sentence,
    _insert_paragraph,
    _delete_paragraph,
    _move_paragraph,
    _split_paragraph,
    _merge_paragraphs,
)


# Passages


def _cases(
    words_old: list[Word],
    old: str,
    old_spans: list[tuple[int, int]],
    revised: Document,
    new: str,
    new_spans: list[tuple[int, int]],
    chance: random.Random,
    count: int,
) -> Iterator[Case]:
    words_new = list(_all_words(revised))
    home: dict[int, int] = {word.origin: index for index, word in enumerate(words_new) if word.origin is not None}
    copied = {word.copy_of for word in words_new if word.copy_of is not None}
    tries = 0
    while count and tries < 2000:
        tries += 1
        first = chance.randrange(len(words_old))
        length = chance.choice((1, 1, 1, 2, 2, 3, 4, 5, 8, 12, 20, 30))
        last = min(len(words_old), first + length) - 1
        start, end = old_spans[first][0], old_spans[last][1]
        while end > start and old[end - 1] in ".,。、،":
            end -= 1
        if end == start:
            continue
        homes = [home[index] for index in range(first, last + 1) if index in home]
        # A passage that was torn apart or reordered has no one place; it is not asked for.
        if homes and not (homes == sorted(homes) and homes[-1] - homes[0] <= 2 * length + 2):
            continue
        truth = None
        if homes:
            truth = new_spans[homes[0]][0], new_spans[homes[-1]][1]
            while truth[1] > truth[0] + 1 and new[truth[1] - 1] in ".,。、،":
                truth = truth[0], truth[1] - 1
        passage = old[start:end]
        if truth is None:
            kind = "removed"
        elif alike(new[slice(*truth)]) != alike(passage):
            kind = "edited"
        else:
            kind = "moved" if any(words_new[index].moved for index in homes) else "same"
        count -= 1
        yield Case(
            kind,
            start,
            end,
            last - first + 1,
            old.count(passage),
            truth,
            any(index in copied for index in range(first, last + 1)),
        )


def alike(text: str) -> str:
    """Return the text without the differences that are typography alone."""
    for char, plain in (("\u00a0", " "), ("–", "—"), ("“", '"'), ("”", '"'), ("’", "'")):
        text = text.replace(char, plain)
    return " ".join(text.split())

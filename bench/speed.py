"""Measures how fast anchoring is, as ratios to what it is compared with in the same run, and its memory.

Times are of the processor, since others may use the machine too.
"""

import random
import time
import tracemalloc
from collections.abc import Callable
from functools import partial

from rapidfuzz import fuzz

from articles.text import project
from bench.corpus import LANGUAGES, article
from bench.tables import table
from corrections.anchoring import Forms, Quote, StepMap, candidates, carry, follow, locate

QUOTE = 60
"""Characters of the quote that is looked for."""
LENGTHS = (5_000, 50_000, 500_000)
DENSE = [
    ("ampersands", "&a"),
    ("references", "&lt;"),
    ("references without a semicolon", "&notit"),
    ("words between references", "word&nbsp;"),
    ("inline tags", "a<b></b>"),
    ("paragraphs of one letter", "<p>a"),
    ("hidden elements", "<b hidden>x</b>"),
    ("an article's markup", '<p>The <a href="/x">mayor</a> opened teh bridge on <em>Monday</em>, they said.</p>\n'),
]
"""What a source may be full of: what it is called, and a piece of it."""


def text_of(code: str, characters: int) -> str:
    """Return an article of so many characters."""
    language = LANGUAGES[code]
    paragraphs = article(language, random.Random(f"speed/{code}"), characters)  # noqa: S311 — reproducible, not secret
    lines = [language.space.join(language.space.join(words) for words in paragraph) for paragraph in paragraphs]
    return "\n".join(lines)[:characters]


def seconds(action: Callable[[], object], *, least: float = 0.1) -> float:
    """Return the best time of several runs, which is the one that was least disturbed."""
    best = float("inf")
    spent = 0.0
    runs = 0
    while spent < least or runs < 3:
        began = time.process_time()
        action()
        took = time.process_time() - began
        best, spent, runs = min(best, took), spent + took, runs + 1
    return best


def edited(words: str, chance: random.Random) -> str:
    """Return the words with one character in twenty replaced."""
    chars = list(words)
    for at in chance.sample(range(len(chars)), len(chars) // 20):
        chars[at] = "#"
    return "".join(chars)


def revised(text: str, chance: random.Random) -> str:
    """Return the text with one word in twenty replaced by another."""
    words = text.split(" ")
    others = list(words)
    return " ".join(chance.choice(others) if chance.random() < 0.05 else word for word in words)


def finding() -> str:
    """Return the table of finding one quote."""
    head = [
        "", "characters", "str.find", "locate ÷ str.find", "partial_ratio_alignment", "locate, 5 % edited ÷ that",
        "normalising, once", "bytes a character",
    ]  # fmt: skip
    rows = [_finding(code, length) for code in ("en", "uk") for length in LENGTHS]
    return f"Finding a quote of {QUOTE} characters\n\n" + table(head, rows)


def _finding(code: str, length: int) -> list[str]:
    chance = random.Random(length)  # noqa: S311 — reproducible, not secret
    text = text_of(code, length)
    start = length // 2
    exact = text[start : start + QUOTE]
    quote = Quote(exact, text[start - 32 : start], text[start + QUOTE : start + QUOTE + 32], start)
    near = quote._replace(exact=edited(exact, chance))
    folding = seconds(lambda: _folded(text))
    locate(text, near)  # the forms of the text are kept from here on
    plain = seconds(lambda: [text.find(exact) for _ in range(50)]) / 50
    found = seconds(lambda: [locate(text, quote) for _ in range(50)]) / 50
    fuzzy = seconds(lambda: fuzz.partial_ratio_alignment(near.exact, text))
    close = seconds(lambda: locate(text, near))
    return [
        code,
        f"{length:,}",
        f"{plain * 1e6:.1f} µs",
        f"{found / plain:.1f}",
        f"{fuzzy * 1e3:.2f} ms",
        f"{close / fuzzy:.2f}",
        f"{folding * 1e3:.1f} ms",
        f"{_kept(lambda: _folded(text)) / length:.1f}",
    ]


def _folded(text: str) -> Forms:
    forms = Forms(text)
    forms.form(3)
    return forms


def _kept(make: Callable[[], object]) -> int:
    """Bytes that what is made keeps."""
    tracemalloc.start()
    made = make()
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    del made
    return kept


def carrying() -> str:
    """Return the table of carrying a hundred passages to a revision with five percent of its words edited."""
    head = ["", "characters", "100 passages", "and asked whether it is certain", "bytes a character"]
    rows = [_carrying(code, length) for code in ("en", "uk", "ja") for length in LENGTHS[1:]]
    return "Carrying to a revision with 5 % of its words edited\n\n" + table(head, rows)


def _carrying(code: str, length: int) -> list[str]:
    chance = random.Random(length)  # noqa: S311 — reproducible, not secret
    text = text_of(code, length)
    new = revised(text, chance) if LANGUAGES[code].space else _revised_without_spaces(text, chance)
    starts = [chance.randrange(length - QUOTE) for _ in range(100)]

    def carried() -> StepMap:
        step = StepMap(text, new)
        for start in starts:
            step.carry(start, start + QUOTE)
        return step

    def asked() -> StepMap:
        step = carried()
        for start in starts:
            step.is_certain(start, start + QUOTE)
        return step

    took, certain = (f"{seconds(work) * 1e3:.0f} ms" for work in (carried, asked))
    return [code, f"{length:,}", took, certain, f"{_kept(asked) / length:.1f}"]


def _revised_without_spaces(text: str, chance: random.Random) -> str:
    chars = list(text)
    return "".join(chance.choice(chars) if chance.random() < 0.05 else char for char in chars)


def bad_input() -> str:
    """Return the table of input made to hurt."""
    repeated = "word " * 200_000
    inserted = repeated[:500_000] + "x " + repeated[500_000:]
    letters = "a" * 1_000_000
    more_letters = letters[:400_000] + "b" + letters[400_000:]
    story = text_of("en", 50_000)
    word = Quote("word", "word word ", " word word", 500_000)
    numbers = [str(number) for number in range(150_000)]
    cases: list[tuple[str, Callable[[], object]]] = [
        ("blank quote", lambda: locate(story, Quote(" \n"))),
        ("quote longer than the text", lambda: locate("Short.", Quote(story[:2000]))),
        ("1 MB of one word: that word", lambda: locate(repeated, word)),
        ("1 MB of one word: 2,000 characters of it", lambda: locate(repeated, Quote(repeated[:1999]))),
        ("1 MB of one word: another word", lambda: locate(repeated, Quote("teh", "word word ", " word word"))),
        ("1 MB of one word: almost that", lambda: locate(repeated, Quote("word wrod word wodr word", "word ", " w"))),
        ("1 MB of one word: 2,000 characters of others", lambda: locate(repeated, Quote("wrd word wdo " * 150))),
        ("1 MB of one word: its candidates", lambda: candidates(repeated, Quote("word"))),
        ("1 MB of one letter: 60 of it and another", lambda: locate(letters, Quote("a" * 60 + "b"))),
        ("1 MB of one word: carried over an insertion", lambda: carry(100, 104, repeated, inserted)),
        ("1 MB of one word: followed over an insertion", lambda: follow(word, 500_000, 500_004, [repeated, inserted])),
        ("1 MB of one letter: followed over an insertion",
         lambda: follow(Quote("a" * 60, "a" * 32, "a" * 32), 500_000, 500_060, [letters, more_letters])),
        ("1 MB of one word: mapped, every second word changed", lambda: StepMap(repeated, "word wrod " * 100_000)),
        ("1 MB of one word: mapped, both ends changed", lambda: StepMap(f"a {repeated} b", f"c {repeated} d")),
        ("0.9 MB of different words: mapped, every second one changed",
         lambda: StepMap(" ".join(numbers), " ".join(f"x{word}" if int(word) % 2 else word for word in numbers))),
        ("0.9 MB of different words: mapped, all written anew",
         lambda: StepMap(" ".join(numbers), " ".join(f"x{word}" for word in numbers))),
        ("10,000 nested tags: projected", lambda: project("<div>" * 10_000 + "teh" + "</div>" * 10_000)),
        *((f"1 MB of {name}: projected", partial(project, piece * (1_000_000 // len(piece)))) for name, piece in DENSE),
    ]  # fmt: skip
    rows = [[name, f"{_once(action) * 1e3:.0f} ms"] for name, action in cases]
    return "Bad input\n\n" + table(["", "took"], rows)


def _once(action: Callable[[], object]) -> float:
    began = time.process_time()
    action()
    return time.process_time() - began

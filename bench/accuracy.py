"""Measures whether passages are found, and whether a wrong edit would be applied.

Responsible for what counts as right, for the slices and for the tables of both. A place is *exact* if it is the true
span, *right* if it shares half of the true span, *wrong* if it shares nothing with it or if the passage was removed.
Precision is right answers of all answers, recall right answers of all passages that are still there. An edit is applied
in the *wrong place* if that place shares nothing with the true one; with *other bounds*, if the very words stand at the
true place but the truth has it that a word more or less belongs to them ("the" for "the the").
"""

import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Self

from rapidfuzz import fuzz

from bench.edits import LEVELS, Case, Pair, alike, pair
from bench.engines import ENGINES, Entry, Span
from bench.tables import table
from corrections.anchoring import Quote

CONTEXT = 32
"""Characters of context on each side that the simulated reader's browser sends."""


@dataclass
class Score:
    """Counts over cases."""

    cases: int = 0
    answers: int = 0
    present: int = 0
    exact: int = 0
    right: int = 0
    wrong: int = 0
    removed: int = 0
    recognised: int = 0

    def __iadd__(self, other: Self) -> Self:
        for count in fields(self):
            setattr(self, count.name, getattr(self, count.name) + getattr(other, count.name))
        return self

    def add(self, answer: Span | None, truth: Span | None) -> None:
        """Count one case."""
        self.cases += 1
        self.exact += answer == truth
        if truth is None:
            self.removed += 1
            self.recognised += answer is None
            self.wrong += answer is not None
        else:
            self.present += 1
        if answer is not None:
            self.answers += 1
            if truth is not None:
                shared = overlap(answer, truth)
                self.right += shared >= 0.5
                self.wrong += shared == 0

    @property
    def precision(self) -> float:
        return self.right / self.answers if self.answers else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.present if self.present else 1.0


def overlap(a: Span, b: Span) -> float:
    """Return what two spans share, as a part of what they cover together."""
    shared = min(a[1], b[1]) - max(a[0], b[0])
    return max(0, shared) / (max(a[1], b[1]) - min(a[0], b[0]) or 1)


def _scores() -> dict[tuple[str, ...], Score]:
    return defaultdict(Score)


@dataclass
class Result:
    """What an engine scored on a corpus, over all, sliced, and without what nobody can decide."""

    overall: Score = field(default_factory=Score)
    decidable: Score = field(default_factory=Score)
    short: Score = field(default_factory=Score)
    slices: dict[tuple[str, ...], Score] = field(default_factory=_scores)
    crossed: dict[tuple[str, ...], Score] = field(default_factory=_scores)
    """By kind, length, how often the words stand in the old text, and language, all at once."""
    applicable: int = 0
    applied: int = 0
    wrongly_applied: int = 0
    wrongly_applied_copies: int = 0
    other_bounds: int = 0


def merged(parts: Iterable[dict[str, Result]]) -> dict[str, Result]:
    """Add up what was measured in batches."""
    total: dict[str, Result] = defaultdict(Result)
    for part in parts:
        for name, result in part.items():
            whole = total[name]
            whole.overall += result.overall
            whole.decidable += result.decidable
            whole.short += result.short
            for key, score in result.slices.items():
                whole.slices[key] += score
            for key, score in result.crossed.items():
                whole.crossed[key] += score
            whole.applicable += result.applicable
            whole.applied += result.applied
            whole.wrongly_applied += result.wrongly_applied
            whole.wrongly_applied_copies += result.wrongly_applied_copies
            whole.other_bounds += result.other_bounds
    return dict(total)


def generated(seeds: Iterable[int], languages: Sequence[str]) -> Iterator[Pair]:
    """Yield pairs of revisions from our own generator."""
    return (pair(language, level, seed) for seed in seeds for language in languages for level in LEVELS)


def given(file: Path) -> list[Pair]:
    """Read a corpus of pairs from a file of the evaluation folder."""
    data = json.loads(gzip.decompress(file.read_bytes()))
    cases: dict[int, list[Case]] = defaultdict(list)
    for row in data["cases"]:
        truth = (row["truth"][0], row["truth"][1]) if row["truth"] else None
        revision = data["revs"][row["rev"]]
        kind = "removed"
        if truth:
            # Their "changed" counts typography and white space, which is no change to us.
            kind = "same" if alike(revision["new"][slice(*truth)]) == alike(row["exact"]) else "edited"
        cases[row["rev"]].append(Case(kind, row["start"], row["end"], row["words"], row["dup"], truth, copied=False))
    return [
        Pair(revision["lang"], revision["level"], revision["old"], revision["new"], tuple(cases[number]))
        for number, revision in enumerate(data["revs"])
    ]


def quote_of(text: str, case: Case, context: int = CONTEXT) -> Quote:
    """Return the quote that a browser sends for a passage."""
    start, end = case.start, case.end
    return Quote(text[start:end], text[max(0, start - context) : start], text[end : end + context], start)


def is_undecidable(pair: Pair, case: Case, answer: Span | None) -> bool:
    """Whether the answer is a copy of the passage in its sentence, while the original went or was edited no less.

    Said of the answer and not of the case, and of every engine's alike: copies may be edited too, so they cannot be
    listed beforehand. In our own corpus it is known which words were copied, and that is used instead.
    """
    if answer is None or answer == case.truth:
        return False
    if case.copied and case.kind != "same":
        return True
    if case.truth is not None and overlap(answer, case.truth):
        return False
    old, new = pair.old, pair.new
    before = re.split(r"[.!?:。\n]", old[max(0, case.start - CONTEXT) : case.start])[-1]
    after = re.split(r"[.!?:。\n]", old[case.end : case.end + CONTEXT])[0]
    sentence = before + old[case.start : case.end] + after
    if len(sentence) < 12:
        return case.copied

    def agreement(span: Span) -> float:
        return fuzz.ratio(sentence, new[max(0, span[0] - len(before)) : span[1] + len(after)]) / 100

    return agreement(answer) >= 0.6 and (case.truth is None or agreement(answer) >= agreement(case.truth) - 0.05)


def measure(pairs: Iterable[Pair], entries: Sequence[Entry], context: int = CONTEXT) -> dict[str, Result]:
    """Ask every engine for every passage."""
    results = {entry.name: Result() for entry in entries}
    for one in pairs:
        for entry in entries:
            ask = entry.engine(one.old, one.new)
            result = results[entry.name]
            for case in one.cases:
                answer, applies = ask(case, quote_of(one.old, case, context))
                _count(result, one, case, answer, applies=applies)
    return results


def _count(result: Result, one: Pair, case: Case, answer: Span | None, *, applies: bool) -> None:
    undecidable = is_undecidable(one, case, answer)
    result.overall.add(answer, case.truth)
    stands = case.kind in ("same", "moved")
    result.applicable += stands
    if applies:
        result.applied += stands and answer == case.truth
        missed = answer is None or case.truth is None or not overlap(answer, case.truth)
        result.wrongly_applied += missed and not undecidable
        result.wrongly_applied_copies += missed and undecidable
        result.other_bounds += not missed and answer != case.truth
    if undecidable:
        return
    result.decidable.add(answer, case.truth)
    if case.words <= 2 and case.kind in ("edited", "removed"):
        result.short.add(answer, case.truth)
    length = "1–2 words" if case.words <= 2 else "3–8 words" if case.words <= 8 else "9 and more"
    repeated = "once" if case.repeats <= 1 else "2–5 times" if case.repeats <= 5 else "6 and more"
    result.crossed[case.kind, length, repeated, one.language].add(answer, case.truth)
    for slicing, name in (
        ("kind", case.kind),
        ("length", length),
        ("stands in the old text", repeated),
        ("language", one.language),
        ("level of edits", one.level),
    ):
        result.slices[slicing, name].add(answer, case.truth)


def report(title: str, results: dict[str, Result]) -> str:
    """Return the table of all engines on one corpus."""
    cases = next(iter(results.values())).overall.cases
    rows = []
    for name, result in results.items():
        whole, clear, short = result.overall, result.decidable, result.short
        rows.append(
            [
                name,
                f"{whole.exact / whole.cases:.4f}",
                str(whole.wrong),
                f"{clear.exact / clear.cases:.4f}",
                str(clear.wrong),
                f"{clear.precision:.3f} / {clear.recall:.3f}",
                f"{short.precision:.2f} / {short.recall:.2f}",
                f"{clear.recognised / clear.removed:.1%}" if clear.removed else "–",
            ]
        )
    short_head = "1–2 words, edited or removed: P / R*"
    head = ["engine", "exact span", "wrong", "exact*", "wrong*", "P / R*", short_head, "removed seen*"]
    return f"{title}: {cases:,} passages (* without undecidable copies)\n\n" + table(head, rows)


def report_slices(results: dict[str, Result], name: str) -> str:
    """Return the table of one engine's slices."""
    slices = results[name].slices
    order = Counter(slicing for slicing, *_ in slices)
    rows = [
        [
            slicing, part, f"{score.cases:,}", f"{score.exact / score.cases:.4f}", str(score.wrong),
            f"{score.precision:.3f} / {score.recall:.3f}",
        ]
        for slicing in order
        for (other, part), score in sorted(slices.items())
        if other == slicing
    ]  # fmt: skip
    return f"{name}, sliced\n\n" + table(["", "", "passages", "exact span", "wrong", "P / R"], rows)


def report_crossed(results: dict[str, Result], name: str) -> str:
    """Return the table of one engine's slices by all that they are sliced by at once: exact spans, passages, wrong."""
    crossed = results[name].crossed
    languages = sorted({language for *_, language in crossed})

    def cell(score: Score | None) -> str:
        if score is None:
            return "–"
        wrong = f", {score.wrong} wrong" if score.wrong else ""
        return f"{score.exact / score.cases:.3f} of {score.cases:,}{wrong}"

    rows = [
        [*slicing, *(cell(crossed.get((*slicing, language))) for language in languages)]
        for slicing in sorted({key[:3] for key in crossed})
    ]
    return f"{name}, crossed\n\n" + table(["kind", "length", "stands", *languages], rows)


def report_applying(results: dict[str, Result]) -> str:
    """Return the table of what would have been applied."""
    rows = [
        [
            name, f"{result.overall.cases:,}", f"{result.applied / result.applicable:.1%}",
            str(result.wrongly_applied), str(result.wrongly_applied_copies), str(result.other_bounds),
        ]
        for name, result in results.items()
        if result.applied
    ]  # fmt: skip
    return "Applying\n\n" + table(
        ["engine", "trials", "applied of those that could be", "wrong place", "undecidable copy", "other bounds"], rows
    )


def same_revision(pairs: Iterable[Pair], limit: int) -> str:
    """Measure quotes against the revision they were made on."""
    asked = exact = wrong = without_hint = wrong_without_hint = 0
    locate = next(entry for entry in ENGINES if entry.name == "newsroom locate")
    for one in pairs:
        ask = locate.engine(one.old, one.old)
        for case in one.cases:
            truth = case.start, case.end
            quote = quote_of(one.old, case)
            answer, applies = ask(case, quote)
            asked += 1
            exact += applies and answer == truth
            wrong += applies and answer != truth
            answer, applies = ask(case, quote._replace(start=None))
            without_hint += applies and answer == truth
            wrong_without_hint += applies and answer != truth
        if asked >= limit:
            break
    rows = [
        ["with its offset", f"{asked:,}", f"{exact / asked:.4%}", str(wrong)],
        ["without it", f"{asked:,}", f"{without_hint / asked:.4%}", str(wrong_without_hint)],
    ]
    return "On the same revision\n\n" + table(["quote", "passages", "exact", "wrong"], rows)

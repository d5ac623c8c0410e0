"""How urgent a case is, as one number: the review queue shows the highest first, and of equals the oldest.

    priority = severity + readers + regression + article's age + article's readers + clock

| part | points |
|---|---|
| severity, guessed from the part and the reader's category | style 10 · minor 20 · substantive 40 · serious 60 |
| each further reader of the passage (not each report), ten at most | 5 |
| the error is back after its correction: the readers were told that it was put right | 15 |
| the article was published within a day · three days · two weeks | 15 · 10 · 5 |
| it was read 100 · 1,000 · 10,000 · 100,000 times in the last seven days | 5 · 10 · 15 · 20 |
| half of the time to decide is over · all of it | 10 · 30 |

So a spelling error that eight readers report stands beside a wrong fact that one reports; the same error counts for
more in what everybody reads today than in the archive; and what is overdue passes what came in later. The number
stands in the case, where an index keeps the order. It is reckoned anew with every report and merge, and by the
scheduler at the time that ``changes_at`` gives, since articles grow old, are read, and clocks run.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from corrections.policy import Severity

SEVERITY: Mapping[Severity, int] = {
    Severity.STYLE: 10,
    Severity.MINOR: 20,
    Severity.SUBSTANTIVE: 40,
    Severity.SERIOUS: 60,
    Severity.WITHDRAWAL: 80,
}
FURTHER_READER = 5
MOST_FURTHER_READERS = 10
REGRESSION = 15
FRESH = ((timedelta(days=1), 15), (timedelta(days=3), 10), (timedelta(days=14), 5))
READ = ((100_000, 20), (10_000, 15), (1_000, 10), (100, 5))
READ_WITHIN_DAYS = 7
HALF_TIME = 10
OVERDUE = 30

_LOOK_AGAIN = timedelta(hours=1)
_LOOK_AGAIN_IN_THE_ARCHIVE = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What a case's priority follows from; ``reads`` are those of its article within ``READ_WITHIN_DAYS``."""

    severity: Severity
    readers: int
    published_at: datetime
    reads: int
    reported_at: datetime
    due_at: datetime | None
    is_regression: bool = False


def severity_of(part: str, category: str) -> Severity:
    """Guess how much an error matters from where it stands and what its reader calls it."""
    if part == "headline":
        return Severity.SERIOUS
    return {"fact": Severity.SUBSTANTIVE, "wording": Severity.STYLE, "typo": Severity.STYLE}.get(
        category, Severity.MINOR
    )


def priority(facts: Facts, *, at: datetime) -> int:
    """Give the priority at a time."""
    points = SEVERITY[facts.severity]
    points += FURTHER_READER * min(max(facts.readers - 1, 0), MOST_FURTHER_READERS)
    points += REGRESSION if facts.is_regression else 0
    points += next((more for age, more in FRESH if at < facts.published_at + age), 0)
    points += next((more for reads, more in READ if facts.reads >= reads), 0)
    if facts.due_at is not None:
        points += (
            OVERDUE if at >= facts.due_at else HALF_TIME if at >= _half_time(facts.reported_at, facts.due_at) else 0
        )
    return points


def changes_at(facts: Facts, *, at: datetime) -> datetime:
    """Give the time after ``at`` by which the priority is to be reckoned anew."""
    steps = [facts.published_at + age for age, _ in FRESH]
    if facts.due_at is not None:
        steps += [_half_time(facts.reported_at, facts.due_at), facts.due_at]
    is_fresh = at < facts.published_at + FRESH[-1][0]
    steps.append(at + (_LOOK_AGAIN if is_fresh else _LOOK_AGAIN_IN_THE_ARCHIVE))
    return min(step for step in steps if step > at)


def _half_time(reported_at: datetime, due_at: datetime) -> datetime:
    return reported_at + (due_at - reported_at) / 2

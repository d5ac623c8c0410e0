"""Nine weeks in the life of the demo newsroom: what its readers reported before today, and what became of it.

Actions know no other time than now, so the rows are written here as the actions would have written them, events and
log entries included. The dice are loaded: the same past on every machine. Everything is invented.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from django.contrib.auth.models import User

from articles.actions import Text, create_article
from articles.models import Article, Revision
from corrections import log
from corrections.models import Case, Category, Correction, Event, LogEntry, Outcome, Report, Resolution
from corrections.policy import RULES, Kind, Severity

DAYS = 63
_Kind, _Status = Event.Kind, Case.Status
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """Words of an article that were wrong, and the correction that was published some hours after the article."""

    before: str
    after: str
    hours: float
    notice: str = ""
    kind: Kind = Kind.CORRECTION
    severity: Severity = Severity.SUBSTANTIVE
    category: Category = Category.FACT


def typo(before: str, after: str, hours: float) -> Mistake:
    """Give a mistake of style, which was put right without a notice."""
    return Mistake(
        before=before, after=after, hours=hours, kind=Kind.STYLE_FIX, severity=Severity.STYLE, category=Category.TYPO
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class OldStory:
    """An article as it reads now, with what had been wrong in it."""

    slug: str
    section: str
    byline: str
    days_ago: int
    headline: str
    standfirst: str
    paragraphs: tuple[str, ...]
    mistakes: tuple[Mistake, ...] = field(default=())


OLD_STORIES = (
    OldStory(
        slug="market-hall-reopens",
        section="City",
        byline="Marta Lind",
        days_ago=62,
        headline="The market hall reopens, with its clock running backwards",
        standfirst="Four years of scaffolding are over. The clockmaker says that he will be back on Thursday.",
        paragraphs=(
            "When the doors of the old market hall opened at six on Tuesday, the fishmongers were already arguing "
            "about the light. The new glass roof lets in so much of it that three stalls have put up umbrellas, and "
            "the city architect was seen taking photographs of them with an expression nobody could read.",
            "The renovation took four years and cost 19 million crowns, two million less than the council had set "
            "aside. Most of the saving came from the floor, where workers found the original tiles of 1908 under a "
            "layer of linoleum, in better condition than anybody had dared to hope.",
            "Only the clock above the northern entrance has kept a mind of its own: since Monday it has been running "
            "backwards. “It is a single wheel,” said the clockmaker, Henrik Aas. “I put it in the wrong way round, "
            "and I would rather not talk about it.”",
        ),
        mistakes=(
            Mistake(
                before="29 million crowns",
                after="19 million crowns",
                hours=7,
                notice="An earlier version of this article gave the cost of the renovation as 29 million crowns. It "
                "was 19 million.",
            ),
            typo("arguing abuot", "arguing about", 3),
            typo("linolium", "linoleum", 30),
            Mistake(
                before="Hendrik Aas",
                after="Henrik Aas",
                hours=52,
                severity=Severity.MINOR,
                notice="An earlier version of this article misspelled the name of the clockmaker. He is Henrik Aas.",
            ),
        ),
    ),
    OldStory(
        slug="schools-start-later",
        section="Education",
        byline="Jonas Weil",
        days_ago=51,
        headline="Twelve schools will start an hour later, and the buses have to follow",
        standfirst="Pupils sleep longer, say the first figures. Drivers have to be found for the second peak.",
        paragraphs=(
            "From the first week of next term, lessons at twelve secondary schools will begin at nine instead of "
            "eight. The district calls it a trial; the pupils who campaigned for it for two years call it a victory, "
            "and have painted the word on the wall of the gymnasium.",
            "The idea rests on a study from the university, which followed 640 pupils over two winters. Those who "
            "started later slept 34 minutes longer on average and missed fewer first lessons. Marks hardly changed, "
            "a result that both sides have quoted with equal enthusiasm.",
            "For the bus company the hour is expensive. It now needs drivers for two peaks in the morning, and it is "
            "short of eleven already. “We can move the children or the timetable,” said its director, Sofie Brandt, "
            "“but not both on the same day.”",
        ),
        mistakes=(
            typo("begin at nine insted of", "begin at nine instead of", 5),
            Mistake(
                before="slept 43 minutes longer",
                after="slept 34 minutes longer",
                hours=20,
                notice="An earlier version of this article said that pupils slept 43 minutes longer. According to the "
                "study it was 34 minutes.",
            ),
            typo("which folowed", "which followed", 44),
            typo("gymnasuim", "gymnasium", 70),
        ),
    ),
    OldStory(
        slug="heron-count",
        section="Science",
        byline="Edith Karlsen",
        days_ago=40,
        headline="More herons than ever, and nobody is quite sure why",
        standfirst="The annual count on the estuary ended with a record, and with a dispute about method.",
        paragraphs=(
            "They stood in the reeds like grey umbrellas that somebody had forgotten. By noon on Sunday the volunteers "
            "had counted 412 herons on the estuary, more than in any year since the count began in 1974, and the "
            "coffee had run out.",
            "Warmer winters are the obvious explanation, and the ornithologists distrust it for that reason. Fish "
            "stocks in the upper basin have been rising too, since the weir at Kalmond was opened; and the count "
            "itself has changed, with drones flying two of the nine stretches for the first time.",
            "“A drone sees the bird that a tired man does not,” said Oskar Lund, who has counted every year but one. "
            "“But a tired man does not count the same bird twice.” A second count, on foot alone, is planned for "
            "the spring.",
        ),
        mistakes=(
            typo("umbrelas", "umbrellas", 4),
            Mistake(
                before="since the count began in 1947",
                after="since the count began in 1974",
                hours=26,
                notice="An earlier version of this article said that the count began in 1947. It began in 1974.",
            ),
            Mistake(
                before="with drones flying all of the nine stretches",
                after="with drones flying two of the nine stretches",
                hours=60,
                kind=Kind.CLARIFICATION,
                notice="This article has been clarified: drones flew two of the nine stretches, not all of them.",
            ),
            typo("ornitologists", "ornithologists", 80),
        ),
    ),
    OldStory(
        slug="second-division-again",
        section="Sport",
        byline="Pavel Novak",
        days_ago=29,
        headline="Port Allen stay up with the last kick of a strange season",
        standfirst="A goalkeeper scores, a floodlight fails, and the second division has to wait another year.",
        paragraphs=(
            "Nobody at the harbour ground will forget the ninety-sixth minute. With the floodlight behind the eastern "
            "stand already dark and the board showing a single minute more, goalkeeper Ivo Petrak came up for a corner, "
            "met the ball with his shoulder and saved the club from relegation.",
            "It was his first goal in 211 matches. It finished 2–2, enough for Port Allen to stay up on goal difference "
            "ahead of Kalmond, who had won their own match half an hour before and were already singing in the "
            "dressing room when the news came through.",
            "“I closed my eyes,” Petrak said afterwards. “I usually do.” The coach, who had sent him forward against "
            "the advice of everybody on the bench, said that he had merely lost count of his defenders.",
        ),
        mistakes=(
            Mistake(
                before="It finished 3–2",
                after="It finished 2–2",
                hours=1.5,
                notice="An earlier version of this article gave the result as 3–2. The match finished 2–2.",
            ),
            typo("relagation", "relegation", 2),
            typo("aftewards", "afterwards", 9),
            typo("his defendors", "his defenders", 26),
        ),
    ),
    OldStory(
        slug="rents-fall-for-once",
        section="Economy",
        byline="Jonas Weil",
        days_ago=18,
        headline="Rents fall for the first time in nine years, by the price of a coffee",
        standfirst="The statisticians advise against champagne. Landlords speak of a dip, tenants of a start.",
        paragraphs=(
            "The average rent of a flat in Port Allen fell by 0.4 per cent in the third quarter, the statistics office "
            "said on Wednesday. For a flat of two rooms that is 31 crowns a month, or, as the tenants’ union put it, "
            "one coffee and no cake.",
            "It is the first fall in nine years. Economists at the savings bank see two causes: 1,150 new flats on the "
            "site of the former shipyard, and the end of the rule that allowed owners to keep rooms empty for two years "
            "without losing their tax relief.",
            "Whether the fall lasts is another matter. “One quarter is weather,” said Greta Olsen of the savings bank. "
            "“Three are climate. Ask me again in the spring, and bring the coffee.”",
        ),
        mistakes=(
            Mistake(
                before="1,510 new flats",
                after="1,150 new flats",
                hours=12,
                notice="An earlier version of this article gave the number of new flats as 1,510. There are 1,150.",
            ),
            typo("tennants’ union", "tenants’ union", 6),
            typo("loosing their tax", "losing their tax", 22),
            Mistake(
                before="in the second quarter",
                after="in the third quarter",
                hours=31,
                severity=Severity.MINOR,
                notice="An earlier version of this article spoke of the second quarter. The figures are those of the "
                "third.",
            ),
        ),
    ),
    OldStory(
        slug="choir-without-conductor",
        section="Culture",
        byline="Marta Lind",
        days_ago=9,
        headline="A choir without a conductor sings the whole night, and finishes together",
        standfirst="Eighty voices, no baton and one rule: whoever is unsure listens. A night in St Olav’s.",
        paragraphs=(
            "At ten in the evening the doors of St Olav’s were closed, and a woman in a raincoat hummed an A. Nobody "
            "had told her to; nobody told anybody anything for the next seven hours. Eighty singers, most of whom had "
            "never met, sang without a conductor until it grew light.",
            "There is one rule, printed on a card that everybody gets at the door: whoever is unsure listens. It is "
            "harder than it sounds. Towards two in the morning so many were listening that only three voices were "
            "left, and one of them belonged to the sexton, who had come to lock up.",
            "They ended together, on a chord nobody had agreed upon, at eleven minutes past five. Then the woman in the "
            "raincoat opened the door, and it turned out that it was raining.",
        ),
        mistakes=(
            typo("hummmed", "hummed", 8),
            typo("Eigthy singers", "Eighty singers", 11),
            Mistake(
                before="for the next five hours",
                after="for the next seven hours",
                hours=19,
                severity=Severity.MINOR,
                notice="An earlier version of this article said that the choir sang for five hours. It was seven.",
            ),
        ),
    ),
)

_REASONS = (
    (Resolution.NOT_AN_ERROR, 40), (Resolution.STYLE_PREFERENCE, 24), (Resolution.INSUFFICIENT_INFORMATION, 11),
    (Resolution.OUT_OF_SCOPE, 10), (Resolution.SPAM, 7), (Resolution.DUPLICATE, 2),
)  # fmt: skip
_CATEGORIES = ((Category.WORDING, 38), (Category.FACT, 27), (Category.TYPO, 20), (Category.OTHER, 15))
_COMMENTS = ("", "", "", "Are you sure?", "This reads oddly.", "I heard it differently.", "Please check this.")


def remember(editors: dict[str, User], *, now: datetime) -> None:
    """Write the past of the newsroom into an empty database. ``editors`` are those of the demo, by user name."""
    _Past(editors, now).write()


class _Past:
    """The past as it is being written. The rows are gathered and stored together at the end."""

    def __init__(self, editors: dict[str, User], now: datetime) -> None:
        self.now = now
        self.dice = random.Random(1908)  # noqa: S311 - nothing secret
        self.desk = [editors["olena"], editors["james"], editors["iryna"]]
        self.standards = editors["iryna"]
        self.cases: list[Case] = []
        self.reports: list[Report] = []
        self.events: list[Event] = []

    def write(self) -> None:
        published: list[tuple[datetime, Correction]] = []
        articles: list[tuple[OldStory, Article]] = []
        for story in OLD_STORIES:
            article = self._publish(story)
            articles.append((story, article))
            published += self._mistakes(story, article)
        for at, correction in sorted(published, key=lambda pair: pair[0]):
            self._print(correction, at)
        for at in self._hours():
            choices = [pair for pair in articles if at > self.now - timedelta(days=pair[0].days_ago)]
            # The newest articles are read most, and reported most.
            _story, article = choices[-1 - min(int(self.dice.expovariate(0.9)), len(choices) - 1)]
            self._mistaken(article, at)
        Case.objects.bulk_create(self.cases)
        Report.objects.bulk_create(self.reports)
        Event.objects.bulk_create(sorted(self.events, key=lambda event: event.at))

    def _hours(self) -> Iterator[datetime]:
        """Give the times at which readers wrote: more on weekdays, and very many after the match."""
        for days_ago in range(DAYS - 2, 1, -1):
            midnight = (self.now - timedelta(days=days_ago)).replace(hour=0, minute=0)
            mean = 3.0 if midnight.weekday() >= 5 else 6.5
            count = round(self.dice.gammavariate(3, mean / 3)) + (14 if days_ago == 28 else 0)
            for _ in range(count):
                yield midnight + timedelta(hours=self.dice.triangular(6, 23.5, 9))

    def _publish(self, story: OldStory) -> Article:
        """Store an article in its first wording; its mistakes are put right by ``_mistakes``."""
        body = _body(story)
        for mistake in story.mistakes:
            body = body.replace(mistake.after, mistake.before)
        at = self.now - timedelta(days=story.days_ago)
        return create_article(
            Text(headline=story.headline, standfirst=story.standfirst, body=body),
            slug=story.slug, section=story.section, byline=story.byline, source="demo", external_id=story.slug,
            published_at=at, saved_at=at, by=self.desk[0],
        )  # fmt: skip

    def _mistakes(self, story: OldStory, article: Article) -> Iterator[tuple[datetime, Correction]]:
        for mistake in sorted(story.mistakes, key=lambda mistake: mistake.hours):
            base = article.text
            at = self.now - timedelta(days=story.days_ago) + timedelta(hours=mistake.hours)
            at = max(at, base.created_at + timedelta(minutes=7))  # its reader saw the revision before
            start = base.projection("body").text.index(mistake.before)
            editor = self.dice.choice(self.desk[:2])
            decided = at + timedelta(minutes=self.dice.triangular(12, 300, 40))
            needs_second = RULES[mistake.severity].approver is not None
            signs = decided + timedelta(minutes=self.dice.triangular(8, 500, 45)) if needs_second else decided
            case = self._case(article, base, start, mistake.before, mistake.category, at)
            self._report(case, at, suggestion=mistake.after)
            looked = at + (decided - at) * self.dice.uniform(0.2, 0.8)
            self._event(case, _Kind.LOOKED, looked, editor, _Status.OPEN, _Status.OPEN)
            self._event(case, _Kind.CLAIMED, decided - timedelta(minutes=3), editor, _Status.OPEN, _Status.CLAIMED)
            article.current = Revision.objects.create(
                article=article, number=base.number + 1, headline=base.headline, standfirst=base.standfirst,
                body=base.body.replace(mistake.before, mistake.after), note=str(mistake.kind.label), created_at=signs,
                created_by=editor,
            )  # fmt: skip
            article.modified_at = signs
            article.save(update_fields=["current", "modified_at"])
            alone = needs_second and self.dice.random() < 0.3
            correction = Correction(
                case=case, article=article, base=base, revision=article.current, kind=mistake.kind,
                severity=mistake.severity, part="body", start=start, before=mistake.before, after=mistake.after,
                notice=mistake.notice, language=article.language, status=Correction.Status.PUBLISHED,
                drafted_at=decided, drafted_by=editor, published_at=signs,
                approved_by=self.standards if needs_second and not alone else None,
            )  # fmt: skip
            self._end(case, _RESOLUTIONS[mistake.kind], signs, editor)
            case.save()
            yield signs, correction

    def _print(self, correction: Correction, at: datetime) -> None:
        """Store a correction with its number and its place in the log, in the order of time, and the events of it."""
        is_public = RULES[Severity(correction.severity)].public
        if is_public:
            correction.year, correction.sequence = log.take_number(at=at)
            correction.number = f"{correction.year}-{correction.sequence:04}"
        correction.save()
        if is_public:
            log.append(correction, LogEntry.Action.PUBLISHED, at=at)
        case, editor, old = correction.case, correction.drafted_by, _Status.CLAIMED
        if correction.approved_by is not None:
            old = _Status.AWAITING_APPROVAL
            self._event(
                case, _Kind.DRAFTED, correction.drafted_at, editor, _Status.CLAIMED, old,
                correction=correction.pk, severity=correction.severity,
            )  # fmt: skip
        lone = RULES[Severity(correction.severity)].approver is not None and correction.approved_by is None
        self._event(
            case, _Kind.CORRECTED, at, correction.approved_by or editor, old, _Status.RESOLVED,
            correction=correction.pk, number=correction.number, without_second_person=lone, guard_overridden=False,
        )  # fmt: skip

    def _mistaken(self, article: Article, at: datetime) -> None:
        """A reader reports what is no error; an editor says so, sooner or later."""
        words = article.text.projection("body").text
        places = [number for number, char in enumerate(words) if char == " "]
        begin = self.dice.randrange(len(places) - 5)
        start, end = places[begin] + 1, places[begin + self.dice.randint(1, 4)]
        case = self._case(article, article.text, start, words[start:end], self._draw(_CATEGORIES), at)
        self.cases.append(case)
        for _ in range(1 + (self.dice.random() < 0.15) + (self.dice.random() < 0.05)):
            self._report(case, at, comment=self.dice.choice(_COMMENTS))
        editor = self.dice.choices(self.desk, (5, 4, 1))[0]
        looked = at + timedelta(minutes=min(self.dice.lognormvariate(4, 1.2), 6000))
        decided = looked + timedelta(minutes=min(self.dice.lognormvariate(5.6, 1.4), 9000))
        if decided > self.now - timedelta(hours=30):
            if looked < self.now:
                self._event(case, _Kind.LOOKED, looked, editor, _Status.OPEN, _Status.OPEN)
            return
        self._event(case, _Kind.LOOKED, looked, editor, _Status.OPEN, _Status.OPEN)
        self._reject(case, decided, editor)
        if self.dice.random() < 0.04 and decided < self.now - timedelta(days=4):
            back = decided + timedelta(hours=self.dice.uniform(5, 40))
            self._event(case, _Kind.APPEALED, back, None, _Status.RESOLVED, _Status.OPEN, note="Please look again.")
            self._reject(case, back + timedelta(hours=self.dice.uniform(2, 20)), self.standards)

    def _reject(self, case: Case, at: datetime, editor: User) -> None:
        reason = self._draw(_REASONS)
        self._event(case, _Kind.CLAIMED, at - timedelta(minutes=2), editor, _Status.OPEN, _Status.CLAIMED)
        self._event(case, _Kind.REJECTED, at, editor, _Status.CLAIMED, _Status.RESOLVED, resolution=str(reason))
        self._end(case, reason, at, editor)

    def _case(
        self, article: Article, revision: Revision, start: int, exact: str, category: Category, at: datetime
    ) -> Case:
        words = revision.projection("body").text
        severity = Severity.SUBSTANTIVE if category == Category.FACT else Severity.STYLE
        case = Case(
            article=article, category=category, exact=exact, prefix=words[max(0, start - 64) : start],
            suffix=words[start + len(exact) :][:64], revision=revision, start=start, end=start + len(exact),
            outcome=Outcome.EXACT, priority=40 if severity == Severity.SUBSTANTIVE else 10,
            first_reported_at=at, last_reported_at=at, came_at=at, due_at=at + RULES[severity].decide_within,
        )  # fmt: skip
        self._event(case, _Kind.OPENED, at, None, "", _Status.OPEN, outcome="exact", received_at=at.isoformat())
        return case

    def _report(self, case: Case, at: datetime, **more: str) -> None:
        case.report_count += 1
        report = Report(
            article=case.article, case=case, revision_number=case.revision.number, part="body", exact=case.exact,
            prefix=case.prefix, suffix=case.suffix, start=case.start, category=case.category, language="en",
            reader=f"reader {len(self.reports)}", received_at=at, triaged_at=at, **more,
        )  # fmt: skip
        self.reports.append(report)
        self._event(case, _Kind.REPORTED, at, None, _Status.OPEN, _Status.OPEN, report=str(report.pk))

    def _end(self, case: Case, resolution: Resolution, at: datetime, editor: User) -> None:
        case.status, case.resolution, case.resolved_at, case.assignee = _Status.RESOLVED, resolution, at, editor
        case.alarm_at = None

    def _event(
        self, case: Case, kind: Event.Kind, at: datetime, by: User | None, old: str, new: str, note: str = "",
        **data: object,
    ) -> None:  # fmt: skip
        self.events.append(
            Event(case=case, kind=kind, at=at, by=by, old_status=old, new_status=new, note=note, data=data)
        )

    def _draw(self, weighted: tuple[tuple[_T, int], ...]) -> _T:
        return self.dice.choices([value for value, _ in weighted], [weight for _, weight in weighted])[0]


_RESOLUTIONS = {
    Kind.STYLE_FIX: Resolution.FIXED_SILENTLY,
    Kind.CORRECTION: Resolution.CORRECTED,
    Kind.CLARIFICATION: Resolution.CLARIFIED,
}


def _body(story: OldStory) -> str:
    return "\n".join(f"<p>{words}</p>" for words in story.paragraphs)

"""``manage.py load_demo``: a small newsroom to try everything in, made by calling the actions."""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group, User
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from articles.actions import Text, create_article, revise_article
from articles.models import Article, Part
from corrections import actions, notices
from corrections.anchoring import Quote
from corrections.demo import EDITORS, PASSWORD, STORIES
from corrections.demo_past import remember
from corrections.models import Case, Correction, Report, Resolution, Site
from corrections.policy import Kind, Severity


class Command(BaseCommand):
    """Loads articles with planted errors, editors, and reports in every state."""

    help = "Load the demo newsroom into an empty database: articles, editors, and reports in every state."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--if-empty", action="store_true", help="Do nothing, and say nothing, if there is data.")

    def handle(self, *_args: Any, if_empty: bool, **_options: Any) -> None:
        """Load the demo in one transaction, or refuse."""
        if Article.objects.exists() or User.objects.exists():
            if if_empty:
                return
            raise CommandError("The database is not empty. The demo is loaded into an empty one only.")
        with transaction.atomic():
            _Newsroom().fill()
        self.stdout.write(
            f"Loaded the demo newsroom: {Article.objects.count()} articles, {Report.objects.count()} reports, "
            f"{Case.objects.count()} cases, {Correction.objects.count()} corrections."
        )


class _Newsroom:
    """The demo as it is being made: who is there, and what was published."""

    def __init__(self) -> None:
        self.now = timezone.now()
        self.editors: dict[str, User] = {}
        self.articles: dict[str, Article] = {}

    def fill(self) -> None:
        Site.objects.create(
            name="The Harbour Weekly", key="demo-partner", origins="http://localhost:8001", may_fetch=True
        )
        self._hire()
        remember(self.editors, now=self.now)
        self._publish()
        self._resolve_some()
        self._leave_some_open()

    def _hire(self) -> None:
        for username, first, last, group in EDITORS:
            user = User.objects.create_user(
                username, f"{username}@example.org", PASSWORD, first_name=first, last_name=last, is_staff=True
            )
            user.groups.add(Group.objects.get(name=group))
            self.editors[username] = user
        User.objects.create_superuser("admin", "admin@example.org", PASSWORD, first_name="Ada", last_name="Min")

    def _publish(self) -> None:
        for story in STORIES:
            self.articles[story.slug] = create_article(
                Text(headline=story.headline, standfirst=story.standfirst, body=story.body),
                slug=story.slug,
                language=story.language,
                section=story.section,
                byline=story.byline,
                source="demo",
                external_id=story.slug,
                published_at=self.now - timedelta(days=story.days_ago),
                saved_at=self.now - timedelta(days=story.days_ago),
                by=self.editors["olena"],
            )

    def _report(
        self, slug: str, exact: str, suggestion: str = "", *, hours_ago: float, triage: bool = True, **more: Any
    ) -> Report:
        article = self.articles[slug]
        article.refresh_from_db()
        part = more.setdefault("part", Part.BODY)
        words = article.text.projection(part).text
        at = words.find(exact)
        around = (words[max(0, at - 64) : at], words[at + len(exact) :][:64], at) if at >= 0 else ("", "", None)
        report = actions.submit_report(
            article,
            Quote(exact, *around),
            revision_number=article.text.number,
            suggestion=suggestion,
            language=article.language,
            received_at=self.now - timedelta(hours=hours_ago),
            **({"reader": f"{slug} {exact} {hours_ago}"} | more),
        )
        if triage:
            actions.triage_report(report)
        return report

    def _case(self, *args: Any, **more: Any) -> Case:
        case = self._report(*args, **more).case
        if case is None:
            raise CommandError("A report of the demo found no case.")
        return case

    def _correct(self, case: Case, by: str, words: str, kind: Kind, severity: Severity, **more: Any) -> Correction:
        editor = self.editors[by]
        actions.claim_case(case, by=editor)
        before = case.passage_text
        notice = notices.draft(kind, before=before, after=words, language=case.article.language)
        correction = actions.correct_case(
            case,
            start=case.start or 0,
            end=case.end or 0,
            expected=before,
            replacement=words,
            revision=case.revision.number,
            kind=kind,
            severity=severity,
            **({"notice": notice} | more),
            by=editor,
        )
        if actions.has_to_wait(severity) and not more.get("for_approval"):
            return actions.approve_case(case, by=self.editors["iryna"])
        return correction

    def _reject(self, case: Case, by: str, reason: Resolution, message: str = "") -> None:
        actions.claim_case(case, by=self.editors[by])
        actions.reject_case(case, reason=reason, message=message, by=self.editors[by])

    def _resolve_some(self) -> None:
        train, gauge, library = "night-train-returns", "river-gauge", "бібліотека-на-колесах"
        lighthouse = "منارة-رأس-الزعتر"
        case = self._case(train, "7:15", "7:50", hours_ago=70, category="fact", comment="I was on it this morning.")
        first = self._correct(case, "james", "7:50", Kind.CORRECTION, Severity.SUBSTANTIVE)
        case = self._case(train, "Autumn", "autumn", hours_ago=66, category="typo")
        self._correct(case, "olena", "autumn", Kind.STYLE_FIX, Severity.STYLE, override_reason="A season, not a name.")
        amendment = actions.amend_correction(
            first,
            notice="An earlier version of this article gave the arrival of the night train as 7:15. According to the "
            "timetable it arrives at 7:50.",
            by=self.editors["iryna"],
        )
        if actions.has_to_wait(amendment.severity):
            actions.approve_correction(amendment, by=self.editors["james"])
        case = self._case(gauge, "1997", "1998", hours_ago=30, category="fact")
        withdrawn = self._correct(case, "olena", "1998", Kind.CORRECTION, Severity.SUBSTANTIVE)
        actions.withdraw_correction(
            withdrawn,
            reason="The weather service has since confirmed the first date: the sensor was installed in December 1997.",
            by=self.editors["iryna"],
        )
        case = self._case(library, "найкращій", "найкращий", hours_ago=100, category="typo")
        self._correct(case, "olena", "найкращий", Kind.STYLE_FIX, Severity.STYLE, override_reason="Лише закінчення.")
        case = self._case(library, "сорок сіл", "тридцять вісім сіл", hours_ago=90, category="fact")
        self._correct(case, "james", "тридцять вісім сіл", Kind.CORRECTION, Severity.MINOR)
        case = self._case(lighthouse, "ثمانية وعشرين ميلًا", "ثمانية عشر ميلًا", hours_ago=20, category="fact",
                          comment="أبحر هنا منذ ثلاثين سنة.")  # fmt: skip
        self._correct(
            case, "james", "ثمانية عشر ميلًا", Kind.CORRECTION, Severity.SUBSTANTIVE,
            notice="ذكرت نسخة سابقة من هذا المقال أن ضوء المنارة يُرى من مسافة ثمانية وعشرين ميلًا بحريًا. "
            "والصواب ثمانية عشر.",
        )  # fmt: skip
        case = self._case(gauge, "with a pencil", "with a pen", hours_ago=28, category="wording")
        self._correct(case, "james", "in pencil", Kind.CLARIFICATION, Severity.MINOR)
        self._reject(
            self._case(train, "judges", "jurists", hours_ago=60, category="wording"),
            "olena",
            Resolution.NOT_AN_ERROR,
            "The spokeswoman did say “judges”; we have it on tape.",
        )
        self._reject(self._case(train, "49 crowns", hours_ago=50, comment="Far too expensive!"), "olena",
                     Resolution.OUT_OF_SCOPE)  # fmt: skip
        self._reject(self._case(gauge, "no ink", "no ink at all", hours_ago=26, category="wording"), "james",
                     Resolution.STYLE_PREFERENCE)  # fmt: skip
        self._reject(self._case(train, "nine thousand", hours_ago=48, comment="wrong", part=Part.STANDFIRST), "james",
                     Resolution.INSUFFICIENT_INFORMATION, "Which figure should it be?")  # fmt: skip
        self._reject(self._case(train, "the site fell over", hours_ago=47, comment="BUY CHEAP TICKETS"), "olena",
                     Resolution.SPAM)  # fmt: skip
        appealed = self._report(gauge, "nine days", "ten days", hours_ago=25, category="fact")
        if appealed.case:
            self._reject(appealed.case, "olena", Resolution.NOT_AN_ERROR, "She told us nine.")
        actions.appeal_report(appealed, message="Her book says ten, on page 112.")
        self._fix_upstream(gauge)

    def _fix_upstream(self, slug: str) -> None:
        """Have the newsroom itself mend a reported passage, so that its case closes by itself."""
        self._case(slug, "milimetres", "millimetres", hours_ago=24, category="typo")
        article = self.articles[slug]
        article.refresh_from_db()
        text = article.text
        revision = revise_article(
            article,
            Text(
                headline=text.headline, standfirst=text.standfirst, body=text.body.replace("milimetres", "millimetres")
            ),
            by=self.editors["james"],
        )
        if revision:
            actions.reanchor_cases(revision)

    def _leave_some_open(self) -> None:
        bridge, gauge, crossing = "harbour-bridge-opens", "river-gauge", "міст-через-старицю"
        for hours in (3.5, 3.1, 2.2):
            self._report(bridge, "12 millions", "12 million", hours_ago=hours, category="typo")
        for hours in (3, 2.4):
            self._report(
                bridge,
                "84 million crowns",
                "96 million crowns",
                hours_ago=hours,
                category="fact",
                comment="The council’s own paper of 12 May says 96 million.",
            )
        self._report(bridge, "teh", "the", hours_ago=1.1, category="typo")
        self._report(bridge, "an other", "another", hours_ago=0.8, category="typo")
        held = self._case(bridge, "since 1988", "since 1986", hours_ago=2.8, category="fact")
        actions.claim_case(held, by=self.editors["james"])
        self._report("منارة-رأس-الزعتر", "وهاذا", "وهذا", hours_ago=6, category="typo")
        self._report(crossing, "мільонів", "мільйонів", hours_ago=4, category="typo")
        self._report(crossing, "слідуючий", "наступний", hours_ago=5, category="wording")
        waiting = self._case(crossing, "486 метрів", "468 метрів", hours_ago=9, category="fact",
                             comment="На сайті міськради – 468 метрів.")  # fmt: skip
        self._correct(waiting, "olena", "468 метрів", Kind.CORRECTION, Severity.SUBSTANTIVE, for_approval=True)
        snoozed = self._case(crossing, "сто років", "вісімдесят років", hours_ago=8, category="fact")
        actions.snooze_case(
            snoozed, until=self.now + timedelta(days=2), note="Чекаємо відповіді міськради.", by=self.editors["olena"]
        )
        self._report(bridge, "The bridge was designed by a student", hours_ago=1.5, comment="Where has this gone?")
        kept = self._case(bridge, "the old ferry quay", "the former ferry quay", hours_ago=2, category="wording")
        double = self._case(bridge, "Nobody will come", "No one will come", hours_ago=1.9, category="wording")
        actions.merge_case(double, into=kept, by=self.editors["olena"])
        self._report(gauge, "it’s", "its", hours_ago=0.3, category="typo", triage=False)

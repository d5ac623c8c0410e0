"""A passage is put right: in exactly that place, whole or not at all, and by the policy."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from articles.actions import Text, revise_article
from articles.models import Article
from corrections import actions, log
from corrections.models import Case, Correction, LogEntry, Resolution
from corrections.policy import RULES, SEVERITIES, Kind, Severity, Touch
from tests.desk import BODY, make_article, make_case, make_editor

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> User:
    return make_editor()


@pytest.fixture
def case(editor: User) -> Case:
    case = make_case("300 guests", suggestion="3,000 guests", category="fact")
    actions.claim_case(case, by=editor)
    return case


def correct(case: Case, by: User, **more: Any) -> Correction:
    words: dict[str, Any] = {
        "start": case.start,
        "end": case.end,
        "expected": "300 guests",
        "replacement": "3,000 guests",
        "revision": 1,
        "kind": Kind.CORRECTION,
        "severity": Severity.SUBSTANTIVE,
        "notice": "An earlier version gave the number of guests as 300. There were 3,000.",
    }
    return actions.correct_case(case, **words | more, by=by)


def test_publishing_makes_the_revision_the_correction_the_log_entry_and_the_resolution(
    case: Case, editor: User
) -> None:
    correction = correct(case, editor)

    article = Article.objects.get()
    assert article.text.number == 2
    assert article.text.body == BODY.replace("300 guests", "3,000 guests")
    assert (correction.status, correction.revision, correction.base.number) == ("published", article.text, 1)
    assert correction.number is not None
    assert correction.number.endswith("-0001")
    assert (case.status, case.resolution) == ("resolved", Resolution.CORRECTED)
    assert LogEntry.objects.get().correction == correction
    assert list(log.faults()) == []


def test_correcting_fails_whole_if_the_article_was_revised_meanwhile(case: Case, editor: User) -> None:
    revise_article(case.article, Text(headline="A bridge opens", body="<p>Earlier words.</p>" + BODY))

    with pytest.raises(actions.EditConflict, match="revision 2, you saw 1"):
        correct(case, editor)

    assert Article.objects.get().text.number == 2
    assert not Correction.objects.exists()
    assert Case.objects.get().status == "claimed"


@pytest.mark.parametrize(
    "changes",
    [
        {"expected": "400 guests"},
        {"start": 0},
        {"start": 10_000, "end": 10_010},
        {"start": -5},
        {"start": 60, "end": 40},
    ],
)
def test_words_other_than_those_the_editor_saw_are_never_replaced(
    case: Case, editor: User, changes: dict[str, Any]
) -> None:
    with pytest.raises(actions.EditConflict):
        correct(case, editor, **changes)

    assert Article.objects.get().text.number == 1


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("severity", Severity)
def test_kind_and_severity_have_to_go_together(case: Case, editor: User, kind: Kind, severity: Severity) -> None:
    more = {"kind": kind, "severity": severity, "override_reason": "Agreed with the author."}

    if severity in SEVERITIES[kind]:
        correction = correct(case, editor, **more)
        assert bool(correction.number) == RULES[severity].public
    else:
        with pytest.raises(actions.PolicyViolation, match="cannot be"):
            correct(case, editor, **more)


def test_a_public_correction_needs_a_notice(case: Case, editor: User) -> None:
    with pytest.raises(actions.PolicyViolation, match="write the notice"):
        correct(case, editor, notice="  ")


def test_an_unchanged_wording_is_no_correction(case: Case, editor: User) -> None:
    with pytest.raises(actions.PolicyViolation, match="unchanged"):
        correct(case, editor, replacement="300 guests")


def test_a_style_fix_that_touches_a_number_is_stopped_unless_a_reason_is_given_and_kept(
    case: Case, editor: User
) -> None:
    style = {"kind": Kind.STYLE_FIX, "severity": Severity.STYLE, "notice": ""}

    with pytest.raises(actions.GuardedStyleFix) as stopped:
        correct(case, editor, **style)
    correction = correct(case, editor, **style, override_reason="House style for numbers.")

    assert set(stopped.value.touched) == {Touch.DIGITS, Touch.LINK}
    assert correction.override_reason == "House style for numbers."
    assert correction.number is None


@pytest.mark.parametrize(
    ("exact", "replacement", "touched"),
    [
        ("teh", "the", set()),
        ("Anna Kovalenko", "Hanna Kovalenko", {Touch.CAPITALISED}),
        ("did not cost", "did cost", {Touch.QUOTED, Touch.NEGATION}),
        ("five million", "six million", {Touch.QUOTED}),
        ("300", "400", {Touch.DIGITS, Touch.LINK}),
        ("old bridge", "ancient bridge", set()),
        ("old bridge stays", "old bridge never stays", {Touch.NEGATION}),
    ],
)
def test_the_guard_names_what_a_change_touches(exact: str, replacement: str, touched: set[Touch]) -> None:
    case = make_case(exact)
    assert case.start is not None
    assert case.end is not None

    found = actions.touches_at(case.revision, "body", start=case.start, end=case.end, replacement=replacement)

    assert set(found) == touched


@pytest.mark.parametrize(
    ("paragraph", "is_quoted"),
    [
        ("She said “we saw teh bridge” and left.", True),
        ("She said “we left” and saw teh bridge, “again”.", False),
        ('She said "we saw teh bridge" and left.', True),
        ('She said "we left" and saw teh bridge, "again".', False),
        ("Sie sagte: „Wir sahen teh Brücke“, und ging.", True),
        ("Sie sagte: „Wir gehen“ und sah teh Brücke, „wieder“.", False),
        ("Sie sagte: »Wir sahen teh Brücke«, und ging.", True),
        ("Powiedziała: „Widzimy teh most” i poszła.", True),
        ("Powiedziała: „Idziemy” i teh most, „znowu”.", False),
        ("Hon sade: ”Vi ser teh bro” och gick.", True),
        ("Вона сказала: «Ми бачимо teh міст» — і пішла.", True),
        ("Вона сказала: «Ходімо» — і teh міст, «знову».", False),
        ("«Never ended, teh bridge.</p><p>Another one»", False),
    ],
)
def test_the_guard_knows_what_a_quotation_is_in_many_languages(paragraph: str, is_quoted: bool) -> None:
    case = make_case("teh", make_article(body=f"<p>{paragraph}</p>"))
    assert case.start is not None
    assert case.end is not None

    found = actions.touches_at(case.revision, "body", start=case.start, end=case.end, replacement="the")

    assert (Touch.QUOTED in found) is is_quoted


def test_under_four_eyes_a_substantive_correction_waits_for_a_second_person(
    case: Case, editor: User, settings: Any
) -> None:
    settings.FOUR_EYES = "enforce"

    correction = correct(case, editor)

    assert (correction.status, case.status) == ("awaiting_approval", "awaiting_approval")
    assert Article.objects.get().text.number == 1
    with pytest.raises(actions.ApprovalRefused, match="You drafted"):
        actions.approve_case(case, by=editor)
    approved = actions.approve_case(case, by=make_editor("petro"))
    assert (approved.status, str(approved.approved_by), approved.number is not None) == ("published", "petro", True)


def test_a_serious_correction_needs_a_standards_editor(case: Case, editor: User, settings: Any) -> None:
    settings.FOUR_EYES = "enforce"
    correct(case, editor, severity=Severity.SERIOUS)

    with pytest.raises(actions.ApprovalRefused, match="more authority"):
        actions.approve_case(case, by=make_editor("petro"))
    actions.approve_case(case, by=make_editor("iryna", "Standards editors"))

    assert Case.objects.get().status == "resolved"


def test_the_author_of_the_article_cannot_approve_its_correction(case: Case, editor: User, settings: Any) -> None:
    settings.FOUR_EYES = "enforce"
    correct(case, editor)
    author = make_editor("petro")
    case.article.authors.add(author)

    with pytest.raises(actions.ApprovalRefused, match="You wrote"):
        actions.approve_case(case, by=author)


def test_approving_fails_whole_if_the_article_was_revised_meanwhile(case: Case, editor: User, settings: Any) -> None:
    settings.FOUR_EYES = "enforce"
    correct(case, editor)
    revise_article(case.article, Text(headline="A bridge opens", body="<p>Earlier words.</p>" + BODY))

    with pytest.raises(actions.EditConflict):
        actions.approve_case(case, by=make_editor("petro"))

    assert Correction.objects.get().status == "awaiting_approval"
    assert Case.objects.get().status == "awaiting_approval"


def test_without_a_second_person_a_substantive_correction_says_so_in_the_trail(
    case: Case, editor: User, settings: Any
) -> None:
    settings.FOUR_EYES = "warn"

    correct(case, editor)

    assert case.events.get(kind="corrected").data["without_second_person"] is True


def test_an_amendment_is_a_new_entry_and_the_old_words_stay(case: Case, editor: User) -> None:
    first = correct(case, editor)

    second = actions.amend_correction(first, notice="There were 3,000 guests, not 300.", by=editor)

    first = Correction.objects.get(pk=first.pk)
    assert (first.status, second.status, second.amends) == ("amended", "published", first)
    assert first.notice.startswith("An earlier version")
    assert list(log.faults()) == []
    with pytest.raises(actions.InvalidTransition):
        actions.withdraw_correction(first, reason="Twice.", by=editor)


def test_a_withdrawn_correction_stays_as_a_tombstone(case: Case, editor: User) -> None:
    correction = correct(case, editor)

    actions.withdraw_correction(correction, reason="The first figure was right.", by=editor)

    assert Correction.objects.public().get().status == "withdrawn"
    assert [entry.action for entry in LogEntry.objects.all()] == ["published", "withdrawn"]
    assert list(log.faults()) == []


def test_a_retraction_withdraws_the_article(case: Case, editor: User) -> None:
    correct(case, editor, kind=Kind.RETRACTION, severity=Severity.WITHDRAWAL, replacement="300 guests")

    assert Article.objects.get().status == "withdrawn"


def test_a_headline_is_corrected_as_plain_text(editor: User) -> None:
    case = make_case("brigde", make_article(headline="A brigde & more"), part="headline")
    actions.claim_case(case, by=editor)

    correct(case, editor, expected="brigde", replacement="<bridge>", severity=Severity.SERIOUS)

    assert Article.objects.get().headline == "A <bridge> & more"


@pytest.mark.parametrize("column", ["notice", "before", "after", "number", "kind"])
def test_the_database_refuses_to_change_what_was_published(case: Case, editor: User, column: str) -> None:
    correction = correct(case, editor)

    with pytest.raises(IntegrityError), transaction.atomic():
        Correction.objects.filter(pk=correction.pk).update(**{column: "2020-01-01"})

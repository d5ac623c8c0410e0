"""Two people where the policy wants them: who may sign what, in which mode, and what happens in haste."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from corrections import actions, log
from corrections.models import Case, Correction, Event, LogEntry
from corrections.policy import APPROVE_WITHIN, RULES, SEVERITIES, Approver, Kind, Placement, Severity
from tests.desk import make_article, make_case, make_editor

pytestmark = pytest.mark.django_db

ROLES = {"editor": "Editors", "standards": "Standards editors", "chief": "Chief editors"}
KINDS = {
    Severity.STYLE: Kind.STYLE_FIX, Severity.MINOR: Kind.CORRECTION, Severity.SUBSTANTIVE: Kind.CORRECTION,
    Severity.SERIOUS: Kind.CORRECTION, Severity.WITHDRAWAL: Kind.RETRACTION,
}  # fmt: skip


@pytest.fixture
def enforced(settings: Any) -> None:
    settings.FOUR_EYES = "enforce"


@pytest.fixture
def case() -> Case:
    return make_case("opened")


def correct(case: Case, by: User, severity: Severity = Severity.SUBSTANTIVE, **more: Any) -> Correction:
    actions.claim_case(case, by=by)
    assert case.start is not None
    assert case.end is not None
    return actions.correct_case(
        case, start=case.start, end=case.end, expected="opened", replacement="closed",
        revision=case.article.text.number, kind=KINDS[severity], severity=severity,
        notice="" if severity == Severity.STYLE else "It was closed.", **more, by=by,
    )  # fmt: skip


def in_haste(case: Case, by: User, severity: Severity = Severity.SERIOUS) -> Correction:
    return correct(case, by, severity, break_glass_reason="Somebody’s address stands there.")


def test_the_policy_is_the_one_of_the_design() -> None:
    table = {
        severity: (rule.public, str(rule.placement), rule.approver, rule.decide_within)
        for severity, rule in RULES.items()
    }

    day, hour = timedelta(days=1), timedelta(hours=1)
    assert table == {
        "style": (False, Placement.NONE, None, 7 * day),
        "minor": (True, Placement.BOTTOM, None, 3 * day),
        "substantive": (True, Placement.BOTTOM, Approver.EDITOR, day),
        "serious": (True, Placement.TOP, Approver.STANDARDS_EDITOR, 4 * hour),
        "withdrawal": (True, Placement.REPLACES_TEXT, Approver.CHIEF_EDITOR, 4 * hour),
    }
    assert {kind for kind, allowed in SEVERITIES.items() if Severity.WITHDRAWAL in allowed} == {Kind.RETRACTION}


@pytest.mark.parametrize(
    ("group", "rights"),
    [
        ("Editors", {"review_case"}),
        ("Standards editors", {"review_case", "approve_serious", "break_glass"}),
        (
            "Chief editors",
            {"review_case", "approve_serious", "approve_withdrawal", "break_glass", "view_editor_figures"},
        ),
    ],
)
def test_the_groups_hold_these_rights_and_can_be_given_others(group: str, rights: set[str]) -> None:
    special = {
        "review_case", "approve_serious", "approve_withdrawal", "break_glass", "view_editor_figures",
    }  # fmt: skip
    held = Group.objects.get(name=group).permissions

    assert set(held.filter(codename__in=special).values_list("codename", flat=True)) == rights
    held.remove(held.get(codename="review_case"))
    assert not make_editor("later", group).has_perm("corrections.review_case")


# Who signs what another one drafted: the pair must hold the right that the policy names. "" is refused.
_SIGNS = [
    # severity, drafter, approver, may sign
    (Severity.SUBSTANTIVE, "editor", "editor", True),
    (Severity.SUBSTANTIVE, "editor", "standards", True),
    (Severity.SUBSTANTIVE, "editor", "chief", True),
    (Severity.SUBSTANTIVE, "standards", "editor", True),
    (Severity.SUBSTANTIVE, "chief", "editor", True),
    (Severity.SERIOUS, "editor", "editor", False),
    (Severity.SERIOUS, "editor", "standards", True),
    (Severity.SERIOUS, "editor", "chief", True),
    (Severity.SERIOUS, "standards", "editor", True),
    (Severity.SERIOUS, "standards", "standards", True),
    (Severity.SERIOUS, "chief", "editor", True),
    (Severity.WITHDRAWAL, "editor", "editor", False),
    (Severity.WITHDRAWAL, "editor", "standards", False),
    (Severity.WITHDRAWAL, "editor", "chief", True),
    (Severity.WITHDRAWAL, "standards", "standards", False),
    (Severity.WITHDRAWAL, "chief", "editor", True),
    (Severity.WITHDRAWAL, "chief", "chief", True),
]


@pytest.mark.parametrize(("severity", "drafter", "approver", "may"), _SIGNS)
@pytest.mark.parametrize("mode", ["off", "warn", "enforce"])
def test_who_may_sign_what_another_one_drafted(
    case: Case, settings: Any, mode: str, severity: Severity, drafter: str, approver: str, may: bool
) -> None:
    settings.FOUR_EYES = mode
    correct(case, make_editor("first", ROLES[drafter]), severity, for_approval=True)
    second = make_editor("second", ROLES[approver])

    if may:
        assert actions.approve_case(case, by=second).approved_by == second
    else:
        with pytest.raises(actions.ApprovalRefused, match="more authority"):
            actions.approve_case(case, by=second)
        assert Case.objects.get().status == "awaiting_approval"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("severity", Severity)
@pytest.mark.parametrize("mode", ["off", "warn", "enforce"])
def test_what_is_published_at_once_and_what_waits(
    case: Case, settings: Any, mode: str, severity: Severity, role: str
) -> None:
    settings.FOUR_EYES = mode
    needs_two = severity not in (Severity.STYLE, Severity.MINOR)

    correction = correct(case, make_editor("first", ROLES[role]), severity)

    assert correction.status == ("awaiting_approval" if needs_two and mode == "enforce" else "published")
    if correction.status == "published":
        assert case.events.get(kind=Event.Kind.CORRECTED).data["without_second_person"] == needs_two


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("severity", [Severity.SUBSTANTIVE, Severity.SERIOUS, Severity.WITHDRAWAL])
@pytest.mark.parametrize("mode", ["off", "warn", "enforce"])
def test_signing_ones_own_draft_is_refused_when_enforced_and_else_recorded(
    case: Case, settings: Any, mode: str, severity: Severity, role: str
) -> None:
    settings.FOUR_EYES = mode
    editor = make_editor("first", ROLES[role])
    correct(case, editor, severity, for_approval=True)
    has_right = editor.has_perm(f"corrections.{RULES[severity].approver}")

    if mode == "enforce" or not has_right:
        with pytest.raises(actions.ApprovalRefused):
            actions.approve_case(case, by=editor)
    else:
        actions.approve_case(case, by=editor)
        assert case.events.get(kind=Event.Kind.CORRECTED).data["without_second_person"] is True


@pytest.mark.parametrize("mode", ["off", "warn", "enforce"])
def test_an_author_never_approves_whatever_the_rank(case: Case, settings: Any, mode: str) -> None:
    settings.FOUR_EYES = mode
    author = make_editor("author", "Chief editors")
    case.article.authors.add(author)
    correct(case, make_editor(), for_approval=True)

    with pytest.raises(actions.ApprovalRefused, match="You wrote this article"):
        actions.approve_case(case, by=author)


def test_in_haste_it_is_published_at_once_and_the_approval_is_owed_for_a_day(case: Case, enforced: None) -> None:
    editor = make_editor("first", "Standards editors")

    correction = in_haste(case, editor)

    assert (correction.status, case.status, correction.break_glass_reason) == (
        "published", "resolved", "Somebody’s address stands there.",
    )  # fmt: skip
    assert case.approval_due_at == correction.approval_due_at
    assert correction.published_at is not None
    assert correction.approval_due_at is not None
    assert abs(correction.approval_due_at - correction.published_at - APPROVE_WITHIN) < timedelta(seconds=5)
    event = case.events.get(kind=Event.Kind.CORRECTED)
    assert (event.note, event.data["broke_glass"], event.data["without_second_person"]) == (
        "Somebody’s address stands there.", True, False,
    )  # fmt: skip


def test_who_lacks_the_right_cannot_break_the_glass(case: Case, enforced: None) -> None:
    with pytest.raises(actions.ApprovalRefused, match="Send it for approval"):
        in_haste(case, make_editor())

    assert not Correction.objects.exists()
    assert case.article.text.number == 1


def test_an_author_cannot_break_the_glass(case: Case, enforced: None) -> None:
    author = make_editor("author", "Chief editors")
    case.article.authors.add(author)

    with pytest.raises(actions.ApprovalRefused, match="You wrote this article"):
        in_haste(case, author)


@pytest.mark.parametrize(("mode", "severity"), [("warn", Severity.SERIOUS), ("enforce", Severity.MINOR)])
def test_nothing_is_owed_where_nothing_had_to_wait(case: Case, settings: Any, mode: str, severity: Severity) -> None:
    settings.FOUR_EYES = mode

    correction = in_haste(case, make_editor("first", "Standards editors"), severity)

    assert (correction.status, correction.approval_due_at, correction.break_glass_reason) == ("published", None, "")


def test_the_approval_that_was_owed_is_given_later(case: Case, enforced: None) -> None:
    correction = in_haste(case, make_editor("first", "Standards editors"))
    second = make_editor("second")

    actions.approve_correction(correction, by=second)

    case.refresh_from_db()
    assert (correction.approved_by, correction.approval_due_at, case.approval_due_at) == (second, None, None)
    assert case.events.get(kind=Event.Kind.APPROVED).by == second
    assert LogEntry.objects.count() == 1
    with pytest.raises(actions.InvalidTransition, match="Nobody’s approval is owed"):
        actions.approve_correction(correction, by=second)


@pytest.mark.parametrize("mode", ["warn", "enforce"])
def test_nobody_gives_the_approval_that_they_owe(case: Case, settings: Any, mode: str) -> None:
    settings.FOUR_EYES = "enforce"
    editor = make_editor("first", "Chief editors")
    correction = in_haste(case, editor)
    settings.FOUR_EYES = mode

    for sign in (actions.approve_correction, lambda c, by: actions.refuse_correction(c, reason="No", by=by)):
        with pytest.raises(actions.ApprovalRefused, match="You drafted"):
            sign(correction, by=editor)


def test_a_refusal_with_a_notice_amends_and_its_own_words_need_the_other_one(case: Case, enforced: None) -> None:
    first = make_editor("first", "Standards editors")
    correction = in_haste(case, first)
    second = make_editor("second")

    actions.refuse_correction(correction, reason="Too harsh.", notice="It had been closed.", by=second)

    case.refresh_from_db()
    correction.refresh_from_db()
    amendment = correction.amendments.get()
    assert (correction.status, correction.approval_due_at) == ("amended", None)
    assert (amendment.notice, amendment.approved_by) == ("It had been closed.", None)
    assert amendment.approval_due_at == case.approval_due_at is not None
    assert [event.kind for event in case.events.order_by("-pk")[:2]] == ["amended", "refused"]
    with pytest.raises(actions.ApprovalRefused):
        actions.approve_correction(amendment, by=second)
    actions.approve_correction(amendment, by=first)
    case.refresh_from_db()
    assert case.approval_due_at is None
    assert list(log.faults()) == []


def test_a_refusal_without_a_notice_withdraws_and_brings_the_case_back(case: Case, enforced: None) -> None:
    correction = in_haste(case, make_editor("first", "Standards editors"))

    actions.refuse_correction(correction, reason="It was open.", by=make_editor("second"))

    case.refresh_from_db()
    correction.refresh_from_db()
    assert (correction.status, correction.withdrawal_reason) == ("withdrawn", "It was open.")
    assert (case.status, case.arrival, case.approval_due_at) == ("open", "reopened", None)


def test_a_refusal_needs_a_reason(case: Case, enforced: None) -> None:
    correction = in_haste(case, make_editor("first", "Standards editors"))

    with pytest.raises(actions.PolicyViolation, match="Say why"):
        actions.refuse_correction(correction, reason=" ", notice="Better.", by=make_editor("second"))

    assert correction.approval_due_at is not None


def test_an_amendment_by_who_may_not_sign_goes_on_owing_the_approval(case: Case, enforced: None) -> None:
    editor = make_editor("first", "Standards editors")
    correction = in_haste(case, editor)
    owed_until = correction.approval_due_at

    amendment = actions.amend_correction(correction, notice="It was shut.", by=editor)

    case.refresh_from_db()
    assert (correction.approval_due_at, amendment.approval_due_at, case.approval_due_at) == (
        None, owed_until, owed_until,
    )  # fmt: skip
    actions.approve_correction(amendment, by=make_editor("second", "Standards editors"))
    case.refresh_from_db()
    assert case.approval_due_at is None


def test_taking_the_hasty_correction_back_leaves_nothing_owed(case: Case, enforced: None) -> None:
    editor = make_editor("first", "Standards editors")
    in_haste(case, editor)

    actions.undo_case(case, by=editor)

    case.refresh_from_db()
    assert (case.status, case.approval_due_at) == ("claimed", None)
    assert not Correction.objects.filter(approval_due_at__isnull=False).exists()


def test_the_database_keeps_the_reason_of_the_haste(case: Case, enforced: None) -> None:
    correction = in_haste(case, make_editor("first", "Standards editors"))

    with pytest.raises(IntegrityError), transaction.atomic():
        Correction.objects.filter(pk=correction.pk).update(break_glass_reason="Another one.")


@pytest.fixture
def second(client: Client) -> User:
    user = make_editor("second")
    client.force_login(user)
    return user


def address(case: Case, verb: str) -> str:
    return reverse(f"admin:corrections_case_{verb}", args=[case.pk])


def test_what_is_owed_stands_in_the_view_of_approvals_until_it_is_given(
    client: Client, second: User, case: Case, enforced: None
) -> None:
    other = make_case("old bridge", make_article("Another bridge"))
    correction = in_haste(case, make_editor("first", "Standards editors"))

    queue = client.get("/admin/?view=approval").content.decode()
    assert case.get_absolute_url() in queue
    assert other.get_absolute_url() not in queue
    assert "approval owed until" in queue
    page = client.get(case.get_absolute_url()).content.decode()
    assert "Somebody’s address stands there." in page
    client.post(address(case, "approve_published"), {"correction": correction.pk})

    assert case.get_absolute_url() not in client.get("/admin/?view=approval").content.decode()
    correction.refresh_from_db()
    assert correction.approved_by == second


def test_an_overdue_approval_says_so(client: Client, second: User, case: Case, enforced: None) -> None:
    in_haste(case, make_editor("first", "Standards editors"))
    Case.objects.update(approval_due_at=timezone.now() - timedelta(minutes=1))

    assert "approval overdue" in client.get("/admin/?view=approval").content.decode()


def test_refusing_on_the_case_page_withdraws(client: Client, second: User, case: Case, enforced: None) -> None:
    correction = in_haste(case, make_editor("first", "Standards editors"))

    refused = client.post(address(case, "refuse"), {"correction": correction.pk, "reason": ""})
    client.post(address(case, "refuse"), {"correction": correction.pk, "reason": "It was open.", "notice": ""})

    assert refused.status_code == 422
    correction.refresh_from_db()
    assert correction.status == "withdrawn"


def test_the_drafter_is_told_that_somebody_else_has_to_sign(client: Client, case: Case, enforced: None) -> None:
    editor = make_editor("first", "Standards editors")
    client.force_login(editor)
    correction = in_haste(case, editor)

    page = client.get(case.get_absolute_url()).content.decode()
    response = client.post(address(case, "approve_published"), {"correction": correction.pk})

    assert "somebody else has to approve it" in page
    assert "Approve it now" not in page
    assert response.status_code == 403


@pytest.mark.parametrize(
    ("mode", "group", "offers"),
    [
        ("enforce", "Standards editors", "Publish at once, before the approval"),
        ("enforce", "Editors", "waits until the second one has approved it"),
        ("warn", "Editors", "That you publish it alone is recorded."),
        ("off", "Editors", "Have a second person approve it first"),
    ],
)
def test_the_form_says_what_a_second_person_means_here(
    client: Client, case: Case, settings: Any, mode: str, group: str, offers: str
) -> None:
    settings.FOUR_EYES = mode
    editor = make_editor("first", group)
    client.force_login(editor)
    actions.claim_case(case, by=editor)

    page = client.get(case.get_absolute_url()).content.decode()

    assert offers in page
    assert ("Publish at once, before" in page) == (offers == "Publish at once, before the approval")


def post_correction(client: Client, case: Case, **more: Any) -> Any:
    return client.post(
        address(case, "correct"),
        {
            "start": case.start, "end": case.end, "expected": "opened", "replacement": "closed", "revision": 1,
            "seen": "opened", "kind": "correction", "severity": "serious", "notice": "It was closed.", **more,
        },
        follow=True,
    )  # fmt: skip


def test_an_editor_breaks_the_glass_on_the_case_page(client: Client, case: Case, enforced: None) -> None:
    editor = make_editor("first", "Standards editors")
    client.force_login(editor)
    actions.claim_case(case, by=editor)

    response = post_correction(client, case, break_glass_reason="An address stands there.")

    assert "Its approval is owed." in response.content.decode()
    assert Correction.objects.get().break_glass_reason == "An address stands there."


def test_an_editor_asks_for_a_second_person_where_none_is_enforced(client: Client, case: Case, settings: Any) -> None:
    settings.FOUR_EYES = "warn"
    editor = make_editor("first")
    client.force_login(editor)
    actions.claim_case(case, by=editor)

    post_correction(client, case, for_approval="on")

    assert Correction.objects.get().status == "awaiting_approval"


def test_a_plain_editor_who_breaks_the_glass_is_refused_and_keeps_what_was_typed(
    client: Client, case: Case, enforced: None
) -> None:
    editor = make_editor("first")
    client.force_login(editor)
    actions.claim_case(case, by=editor)

    response = post_correction(client, case, break_glass_reason="Quick!")

    assert response.status_code == 403
    assert "Send it for approval" in response.content.decode()
    assert "It was closed." in response.content.decode()

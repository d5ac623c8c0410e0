"""A published correction is amended at once, or by two people where the policy wants them."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from corrections import actions, log
from corrections.models import Case, Correction, Event
from corrections.passages import place_of
from corrections.policy import APPROVE_WITHIN, Kind, Severity
from tests.desk import make_case, make_editor

pytestmark = pytest.mark.django_db


@pytest.fixture
def first() -> User:
    return make_editor("first")


@pytest.fixture
def second() -> User:
    return make_editor("second")


@pytest.fixture
def correction(first: User, second: User, settings: Any) -> Correction:
    """A substantive correction that two people have signed, where two have to."""
    settings.FOUR_EYES = "enforce"
    case = make_case("opened", category="fact")
    actions.claim_case(case, by=first)
    actions.correct_case(
        case, start=case.start or 0, end=case.end or 0, expected="opened", replacement="closed", revision=1,
        kind=Kind.CORRECTION, severity=Severity.SUBSTANTIVE, notice="It was closed.", by=first,
    )  # fmt: skip
    return actions.approve_case(case, by=second)


def kinds(case: Case) -> list[str]:
    return list(case.events.order_by("-pk").values_list("kind", flat=True)[:2])


def test_an_amendment_waits_for_another_one_while_the_old_notice_stands(correction: Correction, first: User) -> None:
    amendment = actions.amend_correction(correction, notice="It had been closed.", by=first)

    correction.refresh_from_db()
    case = Case.objects.get()
    assert (amendment.status, amendment.number, correction.status) == ("awaiting_approval", None, "published")
    assert (case.status, case.approval_due_at) == ("resolved", amendment.approval_due_at)
    assert abs(case.due_at - timezone.now() - APPROVE_WITHIN) < timedelta(minutes=1)  # type: ignore[operator]
    assert kinds(case)[0] == Event.Kind.AMENDMENT_DRAFTED


def test_the_second_person_publishes_it_and_the_first_cannot(correction: Correction, first: User, second: User) -> None:
    amendment = actions.amend_correction(correction, notice="It had been closed.", by=first)

    with pytest.raises(actions.ApprovalRefused, match="You drafted"):
        actions.approve_correction(amendment, by=first)
    actions.approve_correction(amendment, by=second)

    correction.refresh_from_db()
    amendment.refresh_from_db()
    case = Case.objects.get()
    assert (correction.status, amendment.status) == ("amended", "published")
    assert (amendment.amends, amendment.approved_by, amendment.approval_due_at) == (correction, second, None)
    assert amendment.number is not None
    assert (case.approval_due_at, case.resolution) == (None, "corrected")
    assert kinds(case)[0] == Event.Kind.AMENDED
    assert case.events.get(kind=Event.Kind.AMENDED).data["without_second_person"] is False
    assert list(log.faults()) == []


def test_a_refused_amendment_leaves_what_was_published(correction: Correction, first: User, second: User) -> None:
    amendment = actions.amend_correction(correction, notice="Nonsense.", by=first)

    actions.refuse_correction(amendment, reason="Nonsense.", by=second)

    correction.refresh_from_db()
    amendment.refresh_from_db()
    assert (correction.status, amendment.status, amendment.number) == ("published", "returned", None)
    assert Case.objects.get().approval_due_at is None


def test_a_better_notice_of_who_refuses_waits_in_its_turn(correction: Correction, first: User, second: User) -> None:
    amendment = actions.amend_correction(correction, notice="Nonsense.", by=first)

    actions.refuse_correction(amendment, reason="Nonsense.", notice="It was shut.", by=second)

    better = Correction.objects.get(notice="It was shut.")
    assert (better.status, better.drafted_by, better.amends) == ("awaiting_approval", second, correction)
    actions.approve_correction(better, by=first)
    assert Correction.objects.get(pk=better.pk).number is not None


def test_one_amendment_waits_at_a_time_and_none_outlives_its_correction(correction: Correction, first: User) -> None:
    amendment = actions.amend_correction(correction, notice="It had been closed.", by=first)

    with pytest.raises(actions.InvalidTransition, match="waits for its approval already"):
        actions.amend_correction(correction, notice="Another one.", by=first)
    actions.withdraw_correction(correction, reason="It was open.", by=make_editor("third", "Standards editors"))

    amendment.refresh_from_db()
    assert amendment.status == "returned"
    assert Case.objects.get().approval_due_at is None
    with pytest.raises(actions.InvalidTransition):
        actions.approve_correction(amendment, by=make_editor("fourth"))


def test_drafting_an_amendment_is_no_decision_about_the_case_to_take_back(correction: Correction, first: User) -> None:
    actions.amend_correction(correction, notice="It had been closed.", by=first)

    with pytest.raises(actions.InvalidTransition, match="nothing of yours"):
        actions.undo_case(correction.case, by=first)

    assert Case.objects.get().status == "resolved"


def test_a_case_that_comes_back_keeps_its_amendment_waiting_beside_a_new_draft(
    correction: Correction, first: User, second: User
) -> None:
    amendment = actions.amend_correction(correction, notice="It had been closed.", by=first)
    case = Case.objects.get()
    actions.reopen_case(case, by=second)
    actions.claim_case(case, by=first)
    place = place_of(case)
    assert place.start is not None
    assert place.end is not None
    actions.correct_case(
        case, start=place.start, end=place.end, expected=place.words, replacement="shut",
        revision=place.revision.number, kind=Kind.CORRECTION, severity=Severity.SUBSTANTIVE, notice="Shut.", by=first,
    )  # fmt: skip

    published = actions.approve_case(case, by=second)
    actions.approve_correction(amendment, by=second)

    assert published.notice == "Shut."
    assert Case.objects.get().approval_due_at is None
    assert list(log.faults()) == []


def test_where_one_editor_is_enough_an_amendment_is_published_and_that_is_recorded(
    correction: Correction, first: User, settings: Any
) -> None:
    settings.FOUR_EYES = "warn"

    amendment = actions.amend_correction(correction, notice="It had been closed.", by=first)

    assert amendment.number is not None
    assert Event.objects.get(kind=Event.Kind.AMENDED).data["without_second_person"] is True


def test_the_screen_shows_the_old_and_the_new_notice_and_takes_the_approval(
    correction: Correction, first: User, second: User, client: Client
) -> None:
    case = correction.case
    client.force_login(first)
    sent = {"correction": correction.pk, "notice": "It had been closed."}
    told = client.post(reverse("admin:corrections_case_amend", args=[case.pk]), sent, follow=True).content.decode()
    drafters = client.get(case.get_absolute_url()).content.decode()
    client.force_login(second)
    queue = client.get("/admin/?view=approval").content.decode()
    page = client.get(case.get_absolute_url()).content.decode()
    amendment = Correction.objects.get(amends=correction)
    approved = reverse("admin:corrections_case_approve_published", args=[case.pk])
    client.post(approved, {"correction": amendment.pk})

    assert "waits for a second person" in told
    assert "You drafted this correction; somebody else has to approve it." in drafters
    assert case.get_absolute_url() in queue
    assert "<ins>" in page
    assert "An amendment of correction" in page
    assert Correction.objects.get(pk=amendment.pk).approved_by == second


def test_a_late_approval_is_overdue_in_the_queue(
    correction: Correction, first: User, second: User, client: Client
) -> None:
    actions.amend_correction(correction, notice="It had been closed.", by=first)
    client.force_login(second)

    def overdue() -> list[int]:
        return [row.case.pk for row in client.get("/admin/?view=overdue").context["rows"]]

    before = overdue()
    with time_machine.travel(timezone.now() + APPROVE_WITHIN + timedelta(hours=1), tick=False):
        client.force_login(second)
        late = overdue()
        page = client.get("/admin/?view=overdue").content.decode()
        actions.approve_correction(Correction.objects.get(amends=correction), by=second)
        after = overdue()

    assert (before, late, after) == ([], [correction.case.pk], [])
    assert "approval overdue" in page

"""Who else has a case on the screen, what they do there, and that work on a case keeps its claim."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from corrections import actions
from corrections.models import Case, Presence
from tests.desk import make_case, make_editor

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor() -> User:
    return make_editor()


@pytest.fixture
def other() -> User:
    petro = make_editor("petro")
    petro.first_name, petro.last_name = "Petro", "Bondar"
    petro.save()
    return petro


@pytest.fixture
def desk(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


def ask(desk: Client, case: Case, **fields: Any) -> dict[str, str]:
    since = case.events.order_by("-pk").values_list("pk", flat=True)[0]
    answer: dict[str, str] = desk.post(
        reverse("admin:corrections_case_others", args=[case.pk]), {"since": since, **fields}
    ).json()
    return answer


def test_the_queue_learns_who_is_at_its_cases_without_being_loaded_anew(
    desk: Client, editor: User, other: User
) -> None:
    looked, held, own = make_case("teh"), make_case("opened"), make_case("Monday")
    actions.note_presence(looked, by=other)
    actions.claim_case(held, by=other)
    actions.claim_case(own, by=editor)
    shown = f"{looked.pk},{held.pk},{own.pk},999,x,{'9' * 30}"

    told = desk.get(reverse("admin:arrivals"), {"since": own.pk, "shown": shown}).json()["company"]
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False):
        desk.force_login(editor)
        later = desk.get(reverse("admin:arrivals"), {"since": own.pk, "shown": shown}).json()["company"]

    assert told == {
        str(looked.pk): {"kind": "looked", "text": "being looked at by Petro Bondar"},
        str(held.pk): {"kind": "held", "text": "held by Petro Bondar"},
        str(own.pk): {"kind": "mine", "text": "yours"},
    }
    assert later[str(looked.pk)] == {"kind": "", "text": ""}
    assert later[str(held.pk)] == {"kind": "lapsed", "text": "Petro Bondar’s claim lapsed"}


def test_two_editors_who_merely_look_at_a_case_see_each_other(desk: Client, editor: User, other: User) -> None:
    case, petros = make_case(), Client()
    petros.force_login(other)

    alone = desk.get(case.get_absolute_url()).content.decode()
    second = petros.get(case.get_absolute_url()).content.decode()
    told = ask(desk, case)
    queue = desk.get("/admin/").content.decode()

    assert "is looking" not in alone
    assert "olena is looking at this case too." in second
    assert told == {"text": "", "here": "Petro Bondar is looking at this case too.", "until": ""}
    assert "being looked at by Petro Bondar" in queue


def test_who_has_fallen_silent_is_gone(desk: Client, other: User) -> None:
    case = make_case()
    actions.note_presence(case, by=other)

    with time_machine.travel(timezone.now() + timedelta(seconds=50), tick=False):
        assert ask(desk, case)["here"] == ""
        assert "being looked at" not in desk.get("/admin/").content.decode()


def test_presences_of_earlier_hours_are_forgotten(editor: User) -> None:
    first, second = make_case("teh"), make_case("old bridge")
    actions.note_presence(first, by=editor)

    with time_machine.travel(timezone.now() + timedelta(hours=2), tick=False):
        actions.note_presence(second, by=editor)
        actions.note_presence(second, by=editor)

    assert [presence.case for presence in Presence.objects.all()] == [second]


def test_what_another_editor_does_is_told(desk: Client, other: User) -> None:
    case = make_case()
    since = case.events.order_by("-pk").values_list("pk", flat=True)[0]
    actions.look_at_case(case, by=other)

    looked = ask(desk, case, since=since)
    actions.claim_case(case, by=other)
    claimed = ask(desk, case, since=since)

    assert (looked["text"], claimed["text"]) == ("", "Petro Bondar: claimed")


def test_ones_own_doing_is_no_news(desk: Client, editor: User) -> None:
    case = make_case()
    since = case.events.order_by("-pk").values_list("pk", flat=True)[0]
    actions.claim_case(case, by=editor)

    told = ask(desk, case, since=since)

    assert (told["text"], told["here"]) == ("", "")
    assert told["until"].startswith("Yours until ")


def expiring(case: Case) -> Case:
    Case.objects.filter(pk=case.pk).update(claim_expires_at=timezone.now() + timedelta(seconds=5))
    return case


def is_kept(case: Case) -> bool:
    case.refresh_from_db()
    return not case.is_claim_lapsed(timezone.now() + timedelta(minutes=14))


def test_work_on_the_page_keeps_the_claim_and_an_open_page_alone_does_not(desk: Client, editor: User) -> None:
    case = make_case()
    actions.claim_case(case, by=editor)

    ask(desk, expiring(case))
    left_alone = is_kept(case)
    ask(desk, expiring(case), active="1")

    assert not left_alone
    assert is_kept(case)
    assert case.events.filter(kind="claimed").count() == 1


def test_looking_at_what_another_holds_does_not_keep_that_claim(desk: Client, other: User) -> None:
    case = make_case()
    actions.claim_case(case, by=other)

    ask(desk, expiring(case), active="1")

    assert not is_kept(case)
    assert case.assignee == other


def test_a_claim_is_not_written_at_every_key(desk: Client, editor: User) -> None:
    case = make_case()
    actions.claim_case(case, by=editor)
    until = case.claim_expires_at

    ask(desk, case, active="1")

    case.refresh_from_db()
    assert case.claim_expires_at == until


@pytest.mark.parametrize("since", ["", "x", "-1", "9" * 30])
def test_a_page_that_asks_nonsense_is_refused(desk: Client, since: str) -> None:
    case = make_case()

    assert desk.post(reverse("admin:corrections_case_others", args=[case.pk]), {"since": since}).status_code == 400
    assert desk.get(reverse("admin:corrections_case_others", args=[case.pk])).status_code == 405
    assert desk.post(reverse("admin:corrections_case_others", args=[99]), {"since": "1"}).status_code == 404


def test_only_editors_are_told(client: Client) -> None:
    case = make_case()
    client.force_login(User.objects.create_user("reader", is_staff=True))

    answer = client.post(reverse("admin:corrections_case_others", args=[case.pk]), {"since": "1"})

    assert answer.status_code == 403
    assert not Presence.objects.exists()

"""Another system reads cases and decides them, by the same rules as the editors at the desk."""

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connections
from django.utils import timezone
from pytest_django import Settings

from articles.actions import Text, revise_article
from articles.rest.models import Key, Scope
from corrections.actions import claim_case, correct_case, reject_case, snooze_case
from corrections.models import Case, Correction, Event, Resolution
from corrections.policy import Kind, Severity
from tests.api import call, get, make_service, problem, queries_of
from tests.desk import BODY, make_article, make_case, make_editor, report

pytestmark = pytest.mark.django_db


@pytest.fixture
def key() -> Key:
    return make_service()


def do(case: Case, verb: str, key: Key | None, body: Any = None, **headers: str) -> Any:
    return call("POST", f"/cases/{case.pk}/{verb}/", body, key=key, **headers)


def claimed(key: Key, exact: str = "teh") -> Case:
    case = make_case(exact)
    claim_case(case, by=key.acts_for)
    return case


CORRECTION = {
    "revision": 1,
    "replacement": "the",
    "kind": "correction",
    "severity": "minor",
    "notice": "We misspelled a word.",
}


def test_a_case_tells_what_an_editor_sees_and_nothing_that_names_the_reader(key: Key) -> None:
    case = make_case("teh", suggestion="the", comment="A slip.", email="reader@example.org", reader="digest")

    content = get(f"/cases/{case.pk}/", key=key)

    assert content["status"] == "open"
    assert content["quote"]["exact"] == "teh"
    assert content["passage"] == {"revision": 1, "start": 17, "end": 20, "text": "teh", "is_sure": True}
    assert [(r["suggestion"], r["comment"]) for r in content["reports"]] == [("the", "A slip.")]
    assert [event["kind"] for event in content["events"]] == ["opened", "reported"]
    raw = call("GET", f"/cases/{case.pk}/", key=key).content.decode()
    assert "reader@example.org" not in raw
    assert case.reports.get().token not in raw
    assert "digest" not in raw


def test_times_are_in_utc_whatever_the_zone_of_the_desk(key: Key, settings: Settings) -> None:
    case = claimed(key)
    do(case, "correct", key, CORRECTION | {"revision": 1})
    settings.TIME_ZONE = "Europe/Kyiv"

    told = [get(f"/cases/{case.pk}/", key=key), get("/corrections/"), get(f"/articles/{case.article_id}/")]
    told.append(get(f"/reports/{case.reports.get().token}/"))

    times = re.findall(r'"[a-z_]+_at": "([^"]+)"', json.dumps(told))
    assert len(times) > 8
    assert [time for time in times if not time.endswith(("Z", "+00:00"))] == []


def test_cases_are_listed_the_latest_first(key: Key) -> None:
    article = make_article()
    cases = [make_case(words, article) for words in ("teh", "300 guests", "five million")]

    page = get("/cases/?page_size=2", key=key)
    rest = get(page["next"], key=key)

    assert [row["id"] for row in page["results"] + rest["results"]] == [case.pk for case in reversed(cases)]


def test_cases_can_be_filtered(key: Key) -> None:
    article = make_article()
    old = make_case("teh", article, category="typo", received_at=timezone.now() - timedelta(days=4))
    held = make_case("300 guests", article, category="fact")
    lost = make_case("words that stand nowhere", make_article("Other"))
    ended = make_case("five million", article, category="fact")
    claim_case(held, by=make_editor())
    claim_case(ended, by=key.acts_for)
    reject_case(ended, reason=Resolution.SPAM, by=key.acts_for)

    def found(query: str) -> set[int]:
        return {row["id"] for row in get(f"/cases/?{query}", key=key)["results"]}

    assert found("status=claimed") == {held.pk}
    assert found("status=claimed&status=resolved") == {held.pk, ended.pk}
    assert found(f"article={article.pk}") == {old.pk, held.pk, ended.pk}
    assert found("assignee=olena") == {held.pk}
    assert found("assignee=none") == {old.pk, lost.pk}
    assert found("category=fact&status=resolved") == {ended.pk}
    assert found("outcome=lost") == {lost.pk}
    assert found("resolution=spam") == {ended.pk}
    assert found("arrival=new") == {old.pk, held.pk, lost.pk, ended.pk}
    assert found("older_than=3d") == {old.pk}
    assert found("older_than=1w") == set()


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("status=%00", "status"),
        ("status=closed", "status"),
        ("status=", "status"),
        ("status=open&status=closed", "status"),
        ("status=open,claimed", "status"),
        ("article=7", "article"),
        ("article=%00", "article"),
        ("assignee=nobody-we-know", "assignee"),
        ("assignee=%00", "assignee"),
        ("assignee=%F0%9F%98%80", "assignee"),
        ("category=rant", "category"),
        ("outcome=found", "outcome"),
        ("older_than=3", "older_than"),
        ("older_than=-3d", "older_than"),
        ("older_than=99999999999w", "older_than"),
        ("older_than=3y", "older_than"),
        ("older_than=%00", "older_than"),
        ("stauts=open", "stauts"),
        ("fields=email", "fields"),
    ],
)
def test_bad_parameters_are_422_and_named(key: Key, query: str, name: str) -> None:
    assert name in problem(call("GET", f"/cases/?{query}", key=key), 422)["errors"]


def test_the_longest_duration_is_no_error(key: Key) -> None:
    make_case()

    assert get("/cases/?older_than=99999w", key=key)["results"] == []


def test_ten_cases_cost_as_many_queries_as_one(key: Key) -> None:
    make_case()
    one = queries_of("/cases/", key)
    for number in range(9):
        claim_case(make_case("teh", make_article(f"Bridge {number}")), by=make_editor(f"editor{number}"))

    assert queries_of("/cases/", key) == one


def test_ten_reports_and_events_cost_a_case_as_many_queries_as_one(key: Key) -> None:
    case = make_case()
    one = queries_of(f"/cases/{case.pk}/", key)
    for number in range(9):
        report(case.article, "teh", reader=str(number))

    assert len(get(f"/cases/{case.pk}/", key=key)["reports"]) == 10
    assert queries_of(f"/cases/{case.pk}/", key) == one


def test_claim_and_release(key: Key) -> None:
    case = make_case()

    claim = do(case, "claim", key)
    release = do(case, "release", key)

    assert (claim.status_code, claim.json()["status"], claim.json()["assignee"]) == (200, "claimed", "service")
    assert (release.status_code, release.json()["status"], release.json()["assignee"]) == (200, "open", None)
    assert (
        claim.headers["ETag"] != release.headers["ETag"] == call("GET", f"/cases/{case.pk}/", key=key).headers["ETag"]
    )
    assert [(event["kind"], event["by"], event["key"]) for event in release.json()["events"][2:]] == [
        ("claimed", "service", "CMS"),
        ("released", "service", "CMS"),
    ]


def test_a_case_that_somebody_works_on_is_taken_over_only_on_purpose(key: Key) -> None:
    case = make_case()
    claim_case(case, by=make_editor())

    refused = do(case, "claim", key)
    taken = do(case, "claim", key, {"takeover": True})

    assert "olena" in problem(refused, 409)["detail"]
    assert taken.json()["events"][-1]["kind"] == "taken_over"


def test_the_passage_is_put_right(key: Key) -> None:
    case = claimed(key)

    response = do(case, "correct", key, CORRECTION)

    content = response.json()
    assert (response.status_code, content["status"], content["resolution"]) == (200, "resolved", "corrected")
    assert "opened the bridge" in get(f"/articles/{case.article_id}/")["text"]["body"]
    (correction,) = content["corrections"]
    assert get(f"/corrections/{correction['number']}/")["before"] == "teh"
    assert content["events"][-1]["key"] == "CMS"


def test_another_stretch_can_be_named(key: Key) -> None:
    case = claimed(key)
    stretch = {"start": 10, "end": 27, "expected": "opened teh bridge", "replacement": "opened the old bridge"}

    response = do(case, "correct", key, CORRECTION | stretch)

    assert response.status_code == 200
    assert "The mayor opened the old bridge on" in case.article.revisions.get(number=2).body


def test_correcting_needs_to_know_which_text_was_seen(key: Key) -> None:
    case = claimed(key)
    etag = call("GET", f"/cases/{case.pk}/", key=key).headers["ETag"]
    blind = {name: value for name, value in CORRECTION.items() if name != "revision"}

    problem(do(case, "correct", key, blind), 428)
    problem(do(case, "correct", key, blind, if_match='"another"'), 412)
    response = do(case, "correct", key, blind, if_match=etag)

    assert response.status_code == 200


def test_nothing_is_corrected_in_a_text_that_was_not_seen(key: Key) -> None:
    case = claimed(key)
    etag = call("GET", f"/cases/{case.pk}/", key=key).headers["ETag"]
    revise_article(case.article, Text(headline="Changed", body=BODY))

    conflict = do(case, "correct", key, CORRECTION)
    failed = do(case, "correct", key, {n: v for n, v in CORRECTION.items() if n != "revision"}, if_match=etag)
    other_words = do(case, "correct", key, CORRECTION | {"revision": 2, "start": 0, "end": 3, "expected": "Teh"})

    assert problem(conflict, 409)["type"].endswith("#edit-conflict")
    problem(failed, 412)
    problem(other_words, 409)
    assert not Correction.objects.exists()


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"revision": 0}, "revision"),
        ({"revision": "1"}, "revision"),
        ({"revision": True}, "revision"),
        ({"revision": 2**40}, "revision"),
        ({"replacement": None}, "replacement"),
        ({"replacement": 7}, "replacement"),
        ({"replacement": "a\0b"}, "replacement"),
        ({"kind": "typo"}, "kind"),
        ({"kind": ["correction"]}, "kind"),
        ({"severity": "huge"}, "severity"),
        ({"start": 3}, "end"),
        ({"start": -1, "end": 3, "expected": "x"}, "start"),
        ({"for_approval": "yes"}, "for_approval"),
    ],
)
def test_bad_fields_of_a_correction_are_named(key: Key, changes: Any, name: str) -> None:
    case = claimed(key)

    assert name in problem(do(case, "correct", key, CORRECTION | changes), 422)["errors"]
    assert not Correction.objects.exists()


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"severity": "withdrawal"}, "#policy-violation"),
        ({"notice": ""}, "#policy-violation"),
        ({"replacement": "teh"}, "#policy-violation"),
        ({"replacement": "3", "kind": "style_fix", "severity": "style"}, "#guarded-style-fix"),
    ],
)
def test_what_the_policy_forbids_is_422_and_says_which_rule(key: Key, changes: Any, kind: str) -> None:
    case = claimed(key)

    assert problem(do(case, "correct", key, CORRECTION | changes), 422)["type"].endswith(kind)


def test_a_case_without_a_passage_is_not_corrected_blindly(key: Key) -> None:
    case = make_case("words that stand nowhere")
    claim_case(case, by=key.acts_for)

    assert "passage" in str(problem(do(case, "correct", key, CORRECTION), 422)["errors"])


def test_a_case_is_rejected_with_a_reason_that_the_reader_gets(key: Key) -> None:
    case = claimed(key)

    response = do(case, "reject", key, {"reason": "not_an_error", "message": "It is a name."})

    token = case.reports.get().token
    assert response.json()["resolution"] == "not_an_error"
    assert get(f"/reports/{token}/")["message"] == "It is a name."


def test_a_case_is_put_off_until_a_time_in_the_future(key: Key) -> None:
    case = make_case()
    until = timezone.now() + timedelta(days=1)

    past = do(case, "snooze", key, {"until": "2020-01-01T00:00:00Z"})
    snoozed = do(case, "snooze", key, {"until": until.isoformat(), "note": "Wait for the archive."})

    problem(past, 422)
    assert snoozed.json()["status"] == "snoozed"
    case.refresh_from_db()
    assert case.snoozed_until == until


def test_what_is_wrong_with_the_request_is_said_before_its_condition_is_looked_at(key: Key) -> None:
    case = make_case()

    problem(do(case, "snooze", key, {"note": "Later."}, if_match='"another"'), 422)
    problem(do(case, "snooze", key, {"reports": 2}, if_match='"another"'), 412)


def test_a_case_is_put_off_until_more_readers_report_it(key: Key) -> None:
    case = make_case()

    neither = do(case, "snooze", key, {"note": "Some day."})
    snoozed = do(case, "snooze", key, {"reports": 3})

    problem(neither, 422)
    assert snoozed.json()["status"] == "snoozed"
    assert snoozed.json()["snoozed_until"] is None
    assert snoozed.json()["wake_at_reports"] == case.report_count + 3


def test_two_cases_become_one(key: Key) -> None:
    article = make_article()
    first, second = make_case("teh", article), make_case("300 guests", article)

    response = do(second, "merge", key, {"into": first.pk})

    assert response.json()["merged_into"] == first.pk
    assert len(get(f"/cases/{first.pk}/", key=key)["reports"]) == 2
    problem(do(first, "merge", key, {"into": first.pk}), 409)
    assert "into" in problem(do(first, "merge", key, {"into": 999_999}), 422)["errors"]
    problem(do(first, "merge", key, {"into": make_case("teh", make_article("Other")).pk}), 409)


def test_a_decided_case_is_reopened(key: Key) -> None:
    case = claimed(key)
    reject_case(case, reason=Resolution.SPAM, by=key.acts_for)

    response = do(case, "reopen", key, {"note": "A second source."})

    assert (response.json()["status"], response.json()["arrival"]) == ("open", "reopened")


@pytest.fixture
def drafted(settings: Settings) -> Case:
    settings.FOUR_EYES = "enforce"
    editor = make_editor()
    case = make_case("300 guests")
    claim_case(case, by=editor)
    assert case.start is not None
    assert case.end is not None
    correct_case(
        case, start=case.start, end=case.end, expected="300 guests", replacement="3,000 guests", revision=1,
        kind=Kind.CORRECTION, severity=Severity.SUBSTANTIVE, notice="There were 3,000.", by=editor,
    )  # fmt: skip
    return case


def test_a_second_person_approves_the_draft_that_was_read(drafted: Case, key: Key) -> None:
    (draft,) = get(f"/cases/{drafted.pk}/", key=key)["corrections"]

    other = do(drafted, "approve", key, {"draft": draft["id"] + 1})
    approved = do(drafted, "approve", key, {"draft": draft["id"]})

    problem(other, 409)
    assert approved.json()["corrections"][0]["number"]
    assert Correction.objects.get().approved_by == key.acts_for


def test_who_drafted_cannot_approve(drafted: Case) -> None:
    own = make_service(name="own", acts_for=User.objects.get(username="olena"))

    assert problem(do(drafted, "approve", own), 403)["type"].endswith("#approval-refused")


VERBS = {
    "claim": {},
    "release": {},
    "correct": CORRECTION,
    "reject": {"reason": "spam"},
    "snooze": {"until": "2999-01-01T00:00:00Z"},
    "merge": {"into": 1},
    "reopen": {},
    "approve": {},
}


def left_open(_case: Case, _by: User) -> None:
    """Leave it as it came."""


def snoozed(case: Case, by: User) -> None:
    snooze_case(case, until=timezone.now() + timedelta(days=1), by=by)


def resolved(case: Case, by: User) -> None:
    claim_case(case, by=by)
    reject_case(case, reason=Resolution.SPAM, by=by)


IMPOSSIBLE: list[tuple[Callable[[Case, User], Any], list[str]]] = [
    (left_open, ["release", "correct", "reject", "reopen", "approve"]),
    (lambda case, by: claim_case(case, by=by), ["reopen", "approve"]),
    (snoozed, ["claim", "release", "correct", "reject", "snooze", "reopen", "approve"]),
    (resolved, ["claim", "release", "correct", "reject", "snooze", "approve"]),
]


@pytest.mark.parametrize(("prepare", "verb"), [(prepare, verb) for prepare, verbs in IMPOSSIBLE for verb in verbs])
def test_what_cannot_be_done_in_a_state_is_409(key: Key, prepare: Callable[[Case, User], Any], verb: str) -> None:
    case = make_case()
    prepare(case, key.acts_for)
    events = Event.objects.count()

    problem(do(case, verb, key, VERBS[verb]), 409)

    assert Event.objects.count() == events


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_needs_the_scope_the_right_and_a_case(key: Key, verb: str) -> None:
    case = make_case()
    reading = make_service(name="reader", scopes=[Scope.CASES_READ, Scope.ARTICLES_WRITE])
    outsider = make_service(name="outsider", acts_for=User.objects.create_user("outsider", is_staff=True))

    problem(do(case, verb, None, VERBS[verb]), 401)
    assert "cases:write" in problem(do(case, verb, reading, VERBS[verb]), 403)["detail"]
    assert "review_case" in problem(do(case, verb, outsider, VERBS[verb]), 403)["detail"]
    problem(call("POST", f"/cases/{case.pk + 999}/{verb}/", VERBS[verb], key=key), 404)
    problem(call("POST", f"/cases/{2**80}/{verb}/", VERBS[verb], key=key), 404)
    problem(call("GET", f"/cases/{case.pk}/{verb}/", key=key), 405)
    problem(do(case, verb, key, b"{"), 400)
    problem(do(case, verb, key, b"[1]"), 422)
    assert list(case.events.values_list("kind", flat=True)) == ["opened", "reported"]


def test_reading_needs_the_scope_and_the_right() -> None:
    case = make_case()
    writing = make_service(name="writer", scopes=[Scope.CASES_WRITE])
    Group.objects.get(name="Editors").permissions.clear()
    outsider = make_service(name="outsider")

    for address in ("/cases/", f"/cases/{case.pk}/"):
        problem(call("GET", address), 401)
        problem(call("GET", address, key=writing), 403)
        problem(call("GET", address, key=outsider), 403)


def test_a_condition_on_the_case_holds_for_every_verb(key: Key) -> None:
    case = make_case()
    etag = call("GET", f"/cases/{case.pk}/", key=key).headers["ETag"]
    report(case.article, "teh", reader="another")

    problem(do(case, "claim", key, if_match=etag), 412)
    fresh = call("GET", f"/cases/{case.pk}/", key=key).headers["ETag"]

    assert do(case, "claim", key, if_match=fresh).status_code == 200


def test_a_repeated_decision_with_its_key_is_answered_and_not_done_again(key: Key) -> None:
    case = make_case()

    first = do(case, "claim", key, idempotency_key="k1")
    again = do(case, "claim", key, idempotency_key="k1")
    problem(do(case, "release", key, idempotency_key="k1"), 409)
    problem(do(case, "claim", key, {"takeover": True}, idempotency_key="k1"), 409)

    assert first.json() == again.json()
    assert case.events.filter(kind="claimed").count() == 1


@pytest.mark.django_db(transaction=True)
def test_twenty_decisions_at_once_with_one_key_make_one_correction(key: Key) -> None:
    case = claimed(key)

    def one(_: int) -> tuple[int, str]:
        try:
            response = do(case, "correct", key, CORRECTION, idempotency_key="k1")
            return response.status_code, response.json()["corrections"][0]["number"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(one, range(20)))

    assert set(answers) == {(200, Correction.objects.get().number)}
    assert Event.objects.filter(kind="corrected").count() == 1

"""A reader is thanked by name in a published notice if the reader consented and the editor wants it; never else."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from corrections import actions
from corrections.models import Case, Correction, Event, Report
from corrections.policy import Kind, Severity
from tests.desk import make_article, make_case, make_editor, report
from tests.public import ATTACK

pytestmark = pytest.mark.django_db

CORRECTED = {"replacement": "3,000 guests", "kind": "correction", "severity": "minor", "notice": "There were 3,000."}


def a_case(*names: str, language: str = "en") -> Case:
    """Have readers report the same words, each with consent to be named so."""
    article = make_article(language=language)
    case = None
    for name in names:
        case = report(article, "300 guests", credit=name).case
    assert case is not None
    case.refresh_from_db()
    return case


def correct(case: Case, **more: Any) -> Correction:
    editor = make_editor()
    actions.claim_case(case, by=editor)
    assert case.start is not None
    assert case.end is not None
    options: dict[str, Any] = {
        "kind": Kind.CORRECTION,
        "severity": Severity.MINOR,
        "notice": "There were 3,000.",
        **more,
    }
    return actions.correct_case(
        case, start=case.start, end=case.end, expected="300 guests", replacement="3,000 guests", revision=1,
        by=editor, **options,
    )  # fmt: skip


def test_a_notice_thanks_everybody_who_consented_once_in_the_articles_language() -> None:
    english = correct(a_case("Ann Lee", "", "Bo", "Ann Lee"), thank=True)

    assert english.notice == "There were 3,000. Thanks to Ann Lee and Bo for pointing this out."


def test_thanks_are_said_in_the_articles_language() -> None:
    correction = correct(a_case("Марія Гнатюк", language="uk"), thank=True)

    assert correction.notice == "There were 3,000. Дякуємо за підказку: Марія Гнатюк."


def test_nobody_is_named_if_the_editor_does_not_want_it() -> None:
    assert correct(a_case("Ann Lee")).notice == "There were 3,000."


def test_thanking_nobody_leaves_the_notice_as_it_is() -> None:
    assert correct(a_case(""), thank=True).notice == "There were 3,000."


def test_a_style_fix_without_a_notice_names_nobody() -> None:
    fix = correct(a_case("Ann Lee"), kind=Kind.STYLE_FIX, severity=Severity.STYLE, notice="", override_reason="Slip",
                  thank=True)  # fmt: skip

    assert fix.notice == ""


def test_the_trail_keeps_whose_consent_it_was() -> None:
    correct(a_case("Ann Lee", ""), thank=True)

    (event,) = Event.objects.filter(kind=Event.Kind.CORRECTED)
    assert event.data["thanked"] == [str(Report.objects.get(credit="Ann Lee").pk)]


def test_the_approver_reads_the_thanks_and_they_are_published_as_read(settings: Settings) -> None:
    case = a_case("Ann Lee")
    draft = correct(case, for_approval=True, thank=True)
    assert "Thanks to Ann Lee" in draft.notice

    published = actions.approve_case(case, by=make_editor("second", "Standards editors"))

    assert published.notice == draft.notice


def test_the_editor_ticks_the_thanks_on_the_case_page(client: Client) -> None:
    case, editor = a_case("Ann <b>Lee</b>"), make_editor()
    client.force_login(editor)
    actions.claim_case(case, by=editor)
    page = client.get(case.get_absolute_url()).content.decode()
    assert "Thank by name, as they agreed to: Ann &lt;b&gt;Lee&lt;/b&gt;" in page

    form = CORRECTED | {"start": case.start, "end": case.end, "expected": "300 guests", "revision": 1, "thank": "on"}
    client.post(f"/admin/corrections/case/{case.pk}/correct/", form)

    assert Correction.objects.get().notice.endswith("Thanks to Ann <b>Lee</b> for pointing this out.")


def test_the_case_page_offers_no_thanks_where_nobody_consented(client: Client) -> None:
    case, editor = make_case("teh"), make_editor()
    client.force_login(editor)
    actions.claim_case(case, by=editor)

    assert 'name="thank"' not in client.get(case.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"name": "Ann Lee", "credit": True}, "Ann Lee"),
        ({"name": " Ann \n Lee ", "credit": True}, "Ann Lee"),
        ({"name": "Ann Lee", "credit": False}, ""),
        ({"name": "Ann Lee"}, ""),
        ({}, ""),
    ],
)
def test_the_api_keeps_a_name_only_with_consent(client: Client, given: dict[str, Any], kept: str) -> None:
    content = {"article": str(make_article().pk), "quote": {"exact": "teh"}} | given

    response = client.post("/api/v1/reports/", content, content_type="application/json")

    assert response.status_code == 202
    assert Report.objects.get().credit == kept


@pytest.mark.parametrize("given", [{"credit": True}, {"credit": True, "name": " "}, {"name": "x" * 101}])
def test_the_api_refuses_consent_without_a_name_and_long_names(client: Client, given: dict[str, Any]) -> None:
    content = {"article": str(make_article().pk), "quote": {"exact": "teh"}} | given

    response = client.post("/api/v1/reports/", content, content_type="application/json")

    assert response.status_code == 422
    assert "name" in response.json()["errors"]


def test_the_form_without_javascript_takes_the_name_and_asks_for_it(client: Client) -> None:
    page = make_article().get_absolute_url() + "report/"

    missing = client.post(page, {"exact": "teh", "credit": "on"})
    taken = client.post(page, {"exact": "teh", "credit": "on", "name": "Ann Lee"})

    assert missing.status_code == 422
    assert "Write the name" in missing.content.decode()
    assert taken.status_code == 302
    assert Report.objects.get().credit == "Ann Lee"


def test_a_reader_gives_and_takes_back_consent_on_the_receipt_until_a_correction_is_drafted(client: Client) -> None:
    case = a_case("")
    made = Report.objects.get()
    address = f"{made.get_absolute_url()}credit/"

    assert client.post(address, {"name": "Ann Lee", "credit": "on"}).status_code == 302
    shown = client.get(made.get_absolute_url()).content.decode()
    assert 'value="Ann Lee"' in shown
    assert "checked" in shown
    assert client.post(address, {"name": "Ann Lee"}).status_code == 302
    made.refresh_from_db()
    assert made.credit == ""

    client.post(address, {"name": "Ann Lee", "credit": "on"})
    correct(case, for_approval=True, thank=True)
    late = client.post(address, {"name": ""})

    made.refresh_from_db()
    assert (late.status_code, made.credit) == (409, "Ann Lee")
    assert "It is too late" in late.content.decode()
    assert 'name="credit"' not in client.get(made.get_absolute_url()).content.decode()
    for response in (late, client.post(address, {"credit": "on"})):
        assert "no-store" in response["Cache-Control"]


def test_consent_without_a_name_is_refused_beside_the_field(client: Client) -> None:
    made = report(make_article(), "teh")

    response = client.post(f"{made.get_absolute_url()}credit/", {"credit": "on"})

    assert response.status_code == 422
    assert "Write the name" in response.content.decode()


def test_markup_in_a_name_is_shown_not_run_wherever_the_notice_is(client: Client) -> None:
    correction = correct(a_case(ATTACK[:100]), thank=True)

    for page in (correction.article.get_absolute_url(), "/corrections/", correction.get_absolute_url()):
        assert "<script>alert" not in client.get(page).content.decode()


def test_the_name_is_erased_with_the_address(settings: Settings) -> None:
    correct(a_case("Ann Lee"))

    erased = actions.erase_addresses(timezone.now() + settings.ADDRESSES_KEPT)

    assert erased == 1
    assert Report.objects.get().credit == ""

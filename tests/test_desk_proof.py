"""The desk as a whole: twenty cases by keyboard alone, two browsers at one case, no JavaScript, a screen reader."""

import os
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from corrections import actions, log
from corrections.models import Case, Correction, Event, Presence
from corrections.policy import UNDO_WITHIN, Kind, Severity
from tests.desk import make_article, make_case, make_editor, report
from tests.work import work_off

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

LETTERS = "abcdefghijklmnopqrst"
BODY = "".join(f"<p>Paragraph {letter} has the word wrong{letter} in the middle.</p>" for letter in LETTERS)


@pytest.fixture(scope="module")
def chromium(browser: Browser) -> Iterator[Browser]:
    # Playwright's synchronous interface runs an event loop in this thread, which Django would refuse to work beside.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    yield browser
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def sign_in(chromium: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """Give a page of an editor who is signed in, in a browser of its own."""
    cache.clear()
    contexts = []

    def open_page(editor: User, **options: Any) -> Page:
        client = Client()
        client.force_login(editor)
        size = {"width": 1366, "height": 768}
        context = chromium.new_context(base_url=live_server.url, **{"viewport": size, **options})
        contexts.append(context)
        cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
        context.add_cookies([cookie])  # type: ignore[list-item]
        page = context.new_page()
        page.set_default_timeout(15_000)
        return page

    yield open_page
    for context in contexts:
        context.close()


def press(page: Page, *keys: str) -> None:
    # The button that explains the keys appears with the script that listens to them.
    expect(page.locator("[data-help]")).to_be_visible()
    for key in keys:
        page.keyboard.press(key)


def told(page: Page, words: str) -> None:
    expect(page.locator(".messagelist").first).to_contain_text(words)


def draft(case: Case, *, by: User) -> None:
    actions.claim_case(case, by=by)
    actions.correct_case(
        case, start=case.start or 0, end=case.end or 0, expected=case.exact, replacement="right", revision=1,
        kind=Kind.CORRECTION, severity=Severity.SUBSTANTIVE, notice="It was wrong.", by=by,
    )  # fmt: skip


def test_twenty_mixed_cases_are_decided_by_keyboard_alone(sign_in: Callable[..., Page], settings: Any) -> None:
    settings.FOUR_EYES = "enforce"
    editor, petro = make_editor(group="Standards editors"), make_editor("petro")
    article = make_article(body=BODY)
    ways = dict(zip(LETTERS, ["take"] * 3 + ["edit"] * 3 + [f"reject {n}" for n in range(1, 7)] + ["fact"] * 2
                    + ["approve"] * 2 + ["minor", "snooze", "merge", "undo"], strict=True))  # fmt: skip
    categories = {"take": "typo", "edit": "typo", "fact": "fact", "approve": "fact"}
    cases: dict[int, str] = {}
    for letter, way in ways.items():
        # A draft holds for the text that its editor saw, so those that wait for a signature are about other articles.
        where = make_article(f"Article {letter}", BODY) if way == "approve" else article
        made = report(
            where, f"wrong{letter}", suggestion=f"right{letter}", email=f"{letter}@example.org", reader=letter,
            category=categories.get(way, "other"),
        )  # fmt: skip
        assert made.address is not None
        actions.confirm_address(made.address)
        assert made.case is not None
        cases[made.case.pk] = letter
        if way == "approve":
            draft(made.case, by=petro)
    page = sign_in(editor)

    page.goto("/admin/")
    press(page, "j", "Enter")
    left = set(cases)
    while left:
        heading = page.get_by_role("heading", level=1)
        expect(heading).to_have_text(re.compile(rf"Case ({'|'.join(str(pk) for pk in left)})$"))
        number = int(heading.inner_text().split()[-1])
        decide(page, ways[cases[number]])
        left.remove(number)

    article.refresh_from_db()
    page.wait_for_timeout(1_000 * (UNDO_WITHIN.seconds + 1))  # readers are told once a decision cannot be taken back
    work_off()
    ends = {letter: Case.objects.get(pk=pk) for pk, letter in cases.items()}
    reasons = "not_an_error style_preference out_of_scope insufficient_information duplicate spam".split()
    assert [ends[letter].resolution for letter in "abcdef"] == ["fixed_silently"] * 6
    assert [ends[letter].resolution for letter in "ghijkl"] == reasons
    assert [ends[letter].status for letter in "mn"] == ["awaiting_approval"] * 2
    assert [ends[letter].resolution for letter in "opq"] == ["corrected"] * 3
    assert (ends["r"].status, ends["s"].resolution, ends["t"].resolution) == ("snoozed", "duplicate", "not_an_error")
    assert ends["s"].merged_into is not None
    assert ends["t"].events.filter(kind=Event.Kind.UNDONE, by=editor).count() == 1
    text = article.text.projection("body").text
    assert [letter for letter in LETTERS if f"wrong{letter}" not in text] == list("abcdefq")
    assert sorted(Correction.objects.public().values_list("case", flat=True)) == sorted(ends[x].pk for x in "opq")
    assert list(log.faults()) == []
    answered = {address for letter in mail.outbox for address in letter.to if address.endswith("@example.org")}
    assert {f"{letter}@example.org" for letter in "abcdefghijopqt"} <= answered
    assert not {f"{letter}@example.org" for letter in "mnr"} & answered


def decide(page: Page, way: str) -> None:
    """Decide the case that is open, by keys."""
    what, _, number = way.partition(" ")
    if what == "approve":
        press(page, "a")
        told(page, "is published")
        return
    press(page, "c")
    told(page, "is yours")
    if what in ("take", "fact", "minor"):
        press(page, "f")
        expect(page.locator("[data-live] ins")).to_have_text(re.compile("^right"))
        if what != "take":
            expect(page.get_by_label("Notice")).not_to_have_value("")
        press(page, "Control+Enter")
        told(page, {"take": "style fix", "fact": "waits for a second person", "minor": "is published"}[what])
    elif what == "edit":
        press(page, "e", "Control+a")
        page.keyboard.type("right")
        press(page, "Control+Enter")
        told(page, "style fix")
    elif what == "reject":
        press(page, "x", number)
        expect(page.locator("[data-preview] blockquote")).not_to_be_empty()
        press(page, "Control+Enter")
        told(page, "is closed")
    elif what == "snooze":
        press(page, "s", "Control+Enter")
        told(page, "comes back on")
    elif what == "merge":
        press(page, "m", "Space", "Control+Enter")
        told(page, "is part of case")
    else:
        press(page, "x", "6", "Control+Enter")
        told(page, "spam")
        press(page, "u")
        told(page, "Taken back")
        press(page, "x", "1", "Control+Enter")
        told(page, "not an error")


def test_of_two_browsers_at_one_case_one_decides_and_the_other_is_told(sign_in: Callable[..., Page]) -> None:
    case = make_case(suggestion="the", category="typo")
    olena, petro = make_editor(), make_editor("petro")
    hers, his = sign_in(olena), sign_in(petro)

    hers.goto(case.get_absolute_url())
    his.goto(case.get_absolute_url())
    expect(his.locator("[data-here]")).to_have_text("olena is looking at this case too.")
    press(hers, "c")
    told(hers, "is yours")
    press(his, "c")

    expect(his.get_by_role("alert")).to_contain_text("olena is working on case")
    his.get_by_role("button", name="Take over").click()
    told(his, "You have taken over")
    press(hers, "f", "Control+Enter")
    expect(hers.get_by_role("alert")).to_contain_text("petro holds case")
    press(his, "f", "Control+Enter")
    told(his, "style fix")
    case.refresh_from_db()
    assert (case.status, case.resolution, case.assignee) == ("resolved", "fixed_silently", petro)
    assert Correction.objects.count() == 1
    assert case.article.text.number <= 2


def test_the_other_page_learns_of_a_colleague_without_being_loaded_anew(sign_in: Callable[..., Page]) -> None:
    case, olena, petro = make_case(), make_editor(), make_editor("petro")
    page = sign_in(olena)
    page.clock.install()
    page.goto(case.get_absolute_url())
    expect(page.locator("[data-here]")).to_be_hidden()

    actions.note_presence(case, by=petro)
    page.clock.run_for(16_000)
    expect(page.locator("[data-here]")).to_have_text("petro is looking at this case too.")
    actions.claim_case(case, by=petro)
    page.clock.run_for(16_000)

    expect(page.locator("[data-happened]")).to_contain_text("petro: claimed")
    assert Presence.objects.filter(case=case, editor=olena).exists()


def test_typing_keeps_the_claim_of_the_page(sign_in: Callable[..., Page]) -> None:
    case, olena = make_case(), make_editor()
    actions.claim_case(case, by=olena)
    page = sign_in(olena)
    page.clock.install()
    page.goto(case.get_absolute_url())
    Case.objects.update(claim_expires_at=timezone.now() + timedelta(minutes=1))

    press(page, "x")
    page.clock.run_for(16_000)
    expect(page.locator("[data-until]")).to_be_visible()
    page.wait_for_timeout(500)

    case.refresh_from_db()
    assert not case.is_claim_lapsed(timezone.now() + timedelta(minutes=10))


def test_new_cases_announce_themselves_in_the_queue(sign_in: Callable[..., Page]) -> None:
    article = make_article()
    make_case("teh", article)
    page = sign_in(make_editor())
    page.clock.install()
    page.goto("/admin/")

    make_case("old bridge", article)
    page.clock.run_for(16_000)

    expect(page.get_by_role("status").filter(has_text="1 new case")).to_be_visible()
    page.get_by_role("link", name="1 new case").click()
    expect(page.locator("[data-row]")).to_have_count(2)


def test_every_decision_can_be_made_without_javascript(sign_in: Callable[..., Page], settings: Any) -> None:
    settings.FOUR_EYES = "enforce"
    olena, petro = make_editor(group="Standards editors"), make_editor("petro")
    article = make_article(body=BODY)
    cases = {letter: make_case(f"wrong{letter}", article, category="typo", suggestion="right") for letter in "abcdefg"}
    lost = make_case("words that stand nowhere", article)
    draft(cases["a"], by=petro)
    page = sign_in(olena, java_script_enabled=False)

    def at(case: Case, verb: str) -> Any:
        page.goto(case.get_absolute_url() + "?stay=1")
        if page.get_by_role("button", name="Claim", exact=False).first.is_visible():
            page.get_by_role("button", name="Claim", exact=False).first.click()
            page.goto(case.get_absolute_url() + "?stay=1")
        form = page.locator(f"[data-verb={verb}]")
        if form.get_attribute("open") is None:
            form.locator("summary").click()
        return form

    page.goto(cases["a"].get_absolute_url())
    page.get_by_role("button", name="Approve and publish").click()
    told(page, "is published")
    form = at(cases["b"], "correct")
    page.get_by_role("link", name="Use this wording").first.click()
    form.get_by_role("button", name="Correct the article").click()
    told(page, "style fix")
    form = at(cases["c"], "reject")
    form.get_by_label("not an error").check()
    form.get_by_role("button", name="Reject").click()
    told(page, "is closed")
    page.get_by_role("button", name="Undo").click()
    told(page, "Taken back")
    form = at(cases["d"], "snooze")
    form.get_by_label("or until so many more reports").fill("2")
    form.get_by_role("button", name="Snooze").click()
    told(page, "comes back on")
    form = at(cases["e"], "merge")
    form.get_by_role("radio").first.check()
    form.get_by_role("button", name="Merge").click()
    told(page, "is part of case")
    form = at(cases["e"], "unmerge")
    form.get_by_role("button", name="Unmerge").click()
    told(page, "is open again")
    page.goto(cases["d"].get_absolute_url())
    page.get_by_role("button", name="Wake it now").click()
    told(page, "back in the queue")
    form = at(cases["b"], "reopen")
    form.get_by_role("button", name="Reopen").click()
    told(page, "is open again")
    page.goto(lost.get_absolute_url())
    page.get_by_label("Look for other words").fill("wrongg")
    page.get_by_role("button", name="Look", exact=True).click()
    page.locator("button.candidate").first.click()
    told(page, "is picked")

    page.goto("/admin/")
    page.get_by_label(f"Choose case {cases['f'].pk}").check()
    page.get_by_label(f"Choose case {cases['g'].pk}").check()
    page.get_by_role("group", name="With the chosen cases").get_by_role("button", name="Reject").click()
    page.get_by_role("button", name="Reject").click()
    told(page, "2 cases are done")

    states = {}
    for letter, case in cases.items():
        case.refresh_from_db()
        states[letter] = (case.status, case.resolution)
    assert states == {
        "a": ("resolved", "corrected"), "b": ("open", ""), "c": ("claimed", ""), "d": ("open", ""), "e": ("open", ""),
        "f": ("resolved", "not_an_error"), "g": ("resolved", "not_an_error"),
    }  # fmt: skip


def test_a_preview_without_javascript_shows_what_will_be_read_and_keeps_what_was_typed(
    sign_in: Callable[..., Page],
) -> None:
    olena = make_editor()
    article = make_article(body=BODY)
    rejected, corrected, first, second = (make_case(f"wrong{letter}", article, category="other") for letter in "abcd")
    for case in (rejected, corrected):
        actions.claim_case(case, by=olena)
    page = sign_in(olena, java_script_enabled=False)

    page.goto(rejected.get_absolute_url())
    form = page.locator("[data-verb=reject]")
    form.locator("summary").click()
    form.get_by_label("a matter of style").check()
    form.get_by_label("In your own words").fill("Thank you all the same.")
    form.get_by_role("button", name="Preview").click()
    expect(form.locator("blockquote")).to_contain_text("we keep ours")
    expect(form.locator("blockquote")).to_contain_text("Thank you all the same.")
    expect(form.get_by_label("a matter of style")).to_be_checked()
    expect(form.get_by_label("In your own words")).to_have_value("Thank you all the same.")
    rejected.refresh_from_db()
    assert rejected.status == "claimed"
    form.get_by_role("button", name="Reject").click()
    told(page, "a matter of style")

    page.goto(corrected.get_absolute_url())
    form = page.locator("[data-verb=correct]")
    form.get_by_label("Wording").fill("rightb")
    form.get_by_role("button", name="Preview").click()
    expect(form.locator("[data-live] ins")).to_have_text("rightb")
    expect(form.get_by_label("Wording")).to_have_value("rightb")
    expect(form.get_by_label("Notice")).to_have_value(re.compile("said “wrongb”.*should have said “rightb”"))
    corrected.refresh_from_db()
    assert corrected.status == "claimed"
    form.get_by_role("button", name="Correct the article").click()
    told(page, "is published")

    page.goto("/admin/")
    for case in (first, second):
        page.get_by_label(f"Choose case {case.pk}").check()
    page.get_by_role("group", name="With the chosen cases").get_by_role("button", name="Reject").click()
    page.get_by_label("a matter of style").check()
    page.get_by_label("In your own words").fill("Thank you both.")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".preview blockquote")).to_contain_text("we keep ours")
    expect(page.locator(".preview blockquote")).to_contain_text("Thank you both.")
    expect(page.get_by_label("a matter of style")).to_be_checked()
    assert set(Case.objects.filter(pk__in=(first.pk, second.pk)).values_list("status", flat=True)) == {"open"}
    page.get_by_role("button", name="Reject").click()
    told(page, "2 cases are done")

    notes = Event.objects.filter(kind=Event.Kind.REJECTED).order_by("pk").values_list("note", flat=True)
    assert list(notes) == ["Thank you all the same.", "Thank you both.", "Thank you both."]
    assert "rightb" in article.__class__.objects.get(pk=article.pk).text.body


def test_a_screen_reader_finds_names_live_regions_and_where_it_is(sign_in: Callable[..., Page]) -> None:
    case, olena = make_case("teh", suggestion="the", category="typo"), make_editor()
    page = sign_in(olena)

    page.goto("/admin/")
    expect(page.get_by_role("navigation", name="Views")).to_be_visible()
    expect(page.get_by_role("search")).to_be_visible()
    press(page, "j")
    expect(page.locator(":focus")).to_have_attribute("href", re.compile(rf"/case/{case.pk}/"))
    press(page, "Enter")
    expect(page.get_by_role("heading", level=1, name=f"Case {case.pk}")).to_be_visible()
    press(page, "c")
    told(page, "is yours")
    for region in ("Article", "What readers say"):
        expect(page.get_by_role("region", name=region, exact=True)).to_be_visible()
    press(page, "e")
    expect(page.get_by_label("Wording")).to_be_focused()
    expect(page.locator("[data-live]")).to_have_attribute("aria-live", "polite")
    press(page, "Escape", "x")
    expect(page.get_by_role("radio").first).to_be_focused()
    expect(page.get_by_role("group", name="Reason")).to_be_visible()
    press(page, "Control+Enter")
    page.evaluate("document.querySelector('[data-reject]').noValidate = true")
    press(page, "Control+Enter")
    expect(page.get_by_role("alert")).to_be_focused()


def test_the_case_page_fits_a_laptop(sign_in: Callable[..., Page]) -> None:
    article, olena, petro = make_article(body=BODY), make_editor(), make_editor("petro")
    cases = [make_case(f"wrong{letter}", article, suggestion=f"right{letter}", category="typo") for letter in "abc"]
    actions.claim_case(cases[0], by=olena)
    actions.note_presence(cases[0], by=petro)
    actions.merge_case(cases[2], into=cases[0], by=olena)
    page = sign_in(olena)

    page.goto(cases[0].get_absolute_url())
    overflow = page.evaluate("document.documentElement.scrollHeight - innerHeight")
    page.get_by_text("1 case merged into this one").click()
    overflow = max(overflow, page.evaluate("document.documentElement.scrollHeight - innerHeight"))

    assert overflow <= 0

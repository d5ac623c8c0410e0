"""Anybody reads the corrections log, searches it, follows an entry to its end and verifies the whole."""

import hashlib
import json

import pytest
from django.test import Client

from articles.actions import withdraw_article
from corrections import actions
from corrections.models import LogEntry
from corrections.policy import APPEAL_WITHIN, RULES, Kind, Severity
from tests.desk import make_article, make_editor
from tests.public import ATTACK, an_editor, correct, count_queries, many

pytestmark = pytest.mark.django_db

LOG = "/corrections/"


def page(client: Client, address: str, language: str = "en") -> str:
    response = client.get(address, headers={"accept-language": language})
    assert response.status_code == 200
    return response.content.decode()


def test_an_entry_shows_what_was_wrong_and_what_is_right(client: Client) -> None:
    article = make_article(section="City")
    correction = correct(article, "300 guests", "3,000 guests", notice="There were 3,000 guests.")

    for shown in (page(client, LOG), page(client, correction.get_absolute_url())):
        assert correction.number in shown
        assert "There were 3,000 guests." in shown
        assert "<del>300</del><ins>3,000</ins> guests" in shown
        assert article.get_absolute_url() in shown
        assert article.headline in shown


def test_style_fixes_are_counted_and_not_listed(client: Client) -> None:
    fix = correct(make_article(), "teh", "the", kind=Kind.STYLE_FIX, severity=Severity.STYLE)

    shown = page(client, LOG)

    assert "we have fixed 1 slip" in shown
    assert "No correction has been published yet." in shown
    assert client.get(f"{LOG}{fix.pk}/").status_code == 404


def test_an_amended_entry_names_its_successor_and_keeps_its_words(client: Client) -> None:
    old = correct(make_article(), "300 guests", "3,000 guests", notice="The first wording.")
    new = actions.amend_correction(old, notice="The better wording.", by=an_editor())

    before, after = page(client, old.get_absolute_url()), page(client, new.get_absolute_url())

    assert f"Amended by {new.number}" in before
    assert new.get_absolute_url() in before
    assert "The first wording." in before
    assert f"Amends {old.number}." in after


def test_a_withdrawn_entry_is_a_tombstone_with_its_reason(client: Client) -> None:
    entry = correct(make_article(), "300 guests", "3,000 guests", notice="There were 3,000.")
    actions.withdraw_correction(entry, reason="There were 300 after all.", by=an_editor())

    for shown in (page(client, LOG), page(client, entry.get_absolute_url())):
        assert "We withdrew this correction" in shown
        assert "There were 300 after all." in shown


def test_an_entry_leads_to_the_passage_and_to_what_changed(client: Client) -> None:
    article = make_article()
    entry = correct(article, "300 guests", "3,000 guests")

    shown = page(client, entry.get_absolute_url())
    withdraw_article(article)
    later = page(client, entry.get_absolute_url())

    assert f'href="{article.get_absolute_url()}#passage-{entry.number}:~:text=' in shown
    assert f'href="{article.get_absolute_url()}history/1/2/"' in shown
    assert "passage-" not in later
    assert "history/1/2/" not in later


def test_filters_narrow_the_log_down(client: Client) -> None:
    city, sport = make_article("City bridge", section="City"), make_article("Sport bridge", section="Sport")
    correct(city, "300 guests", "3,000 guests", notice="Guests were miscounted.")
    correct(sport, "five million", "six million", notice="Money was miscounted.", kind=Kind.CLARIFICATION)

    assert "Money" not in page(client, f"{LOG}?section=City")
    assert "Guests" not in page(client, f"{LOG}?kind=clarification")
    assert "Money" not in page(client, f"{LOG}?q=guests")
    assert "No entry fits" in page(client, f"{LOG}?kind=nonsense&section=none&q=%F0%9F%98%80")
    assert "2 entries found" in page(client, f"{LOG}?q=MISCOUNTED")


@pytest.mark.parametrize("words", ["метелик", "МЕТЕЛИК", "Метелик"])
def test_search_knows_no_case_in_ukrainian_either(client: Client, words: str) -> None:
    correct(make_article(language="uk"), "300 guests", "3,000", notice="Метелик був більший.")

    assert "1 entry found" in page(client, f"{LOG}?q={words}")


def test_the_log_is_paged_and_filters_stay(client: Client) -> None:
    many(11, section="City")

    first, second = page(client, f"{LOG}?section=City"), page(client, f"{LOG}?section=City&page=2")

    assert first.count('<article class="entry') == 20
    assert second.count('<article class="entry') == 2
    assert "?section=City&amp;page=2" in first
    assert page(client, f"{LOG}?page=nonsense") == page(client, LOG)


def test_ten_entries_take_as_many_queries_as_one() -> None:
    made = many(1, section="City")
    one = count_queries(LOG)
    made += many(5, section="Country")
    actions.amend_correction(made[0].corrections.newest_first()[0], notice="Better.", by=make_editor("boss"))

    assert count_queries(LOG) == one


def test_markup_in_notices_and_wordings_is_shown_not_run(client: Client) -> None:
    entry = correct(make_article(headline=ATTACK, section=ATTACK[:100]), "300 guests", ATTACK, notice=ATTACK)
    actions.withdraw_correction(entry, reason=ATTACK, by=an_editor())

    for address in (LOG, entry.get_absolute_url(), LOG + "?q=" + "%3Cscript%3Ealert(1)%3C/script%3E"):
        shown = page(client, address)
        assert "<script>alert" not in shown
        assert "<img src=x" not in shown
        assert shown.count("</title>") == 1


def test_anybody_can_recompute_the_digests(client: Client) -> None:
    entry = correct(make_article(), "300 guests", "3,000 guests")
    actions.amend_correction(entry, notice="Better – “краще”.", by=an_editor())

    response = client.get(LOG + "chain.jsonl")
    lines = [json.loads(line) for line in b"".join(response.streaming_content).decode().splitlines()]

    digest = ""
    for line in lines:
        assert line["previous_digest"] == digest
        digest = hashlib.sha256(f"{digest}\n{line['payload']}".encode()).hexdigest()
        assert line["digest"] == digest
    assert len(lines) == 2
    assert digest in page(client, LOG)
    assert LogEntry.objects.get(position=1).digest in page(client, entry.get_absolute_url())


def test_the_policy_page_tells_the_rules_that_the_desk_works_by(client: Client) -> None:
    shown = page(client, LOG + "policy/")

    for severity, rule in RULES.items():
        assert str(severity.label).capitalize() in shown
        assert str(rule.test) in shown
    for kind in Kind:
        assert str(kind.label).capitalize() in shown
    assert f"{APPEAL_WITHIN.days} days" in shown


def test_the_log_speaks_the_readers_language_and_caches_are_told(client: Client) -> None:
    correct(make_article(), "300 guests", "3,000 guests")

    response = client.get(LOG, headers={"accept-language": "uk"})

    assert '<html lang="uk"' in response.content.decode()
    assert "Журнал виправлень" in response.content.decode()
    assert "Accept-Language" in response["Vary"]
    assert "Cookie" not in response["Vary"]
    assert "public" in response["Cache-Control"]


def test_an_entry_that_never_was_is_not_found(client: Client) -> None:
    for number in ("2026-9999", "x", "2026-0001%20", "٢٠٢٦-٠٠٠١"):
        assert client.get(f"{LOG}{number}/").status_code == 404


@pytest.mark.parametrize(
    "address", [f"{LOG}%00/", f"{LOG}?q=%00", f"{LOG}?section=a%00", "/articles/%00/", "/receipts/%00/"]
)
def test_an_address_that_no_database_can_look_for_is_refused_in_the_same_design(client: Client, address: str) -> None:
    response = client.get(address)

    assert response.status_code == 400
    assert 'class="masthead"' in response.content.decode()
    assert "Content-Security-Policy" in response

"""Every public page, in every state that a reader may meet it, for tests that look at them all."""

from django.conf import settings
from django.utils import timezone

from articles.models import Article
from corrections import actions
from corrections.addresses import Purpose, url_of
from corrections.anchoring import Quote
from corrections.models import Address, Resolution
from corrections.policy import Kind, Severity
from tests.desk import make_article, make_editor, report
from tests.public import correct, correct_case

ENGLISH = """
<p>The city council voted on Tuesday to close <a href="https://example.org/">the old market hall</a> for two years.</p>
<h2>A roof from 1911</h2><p>Of the 214 traders, <b>some 180</b> will move to the station; 2<sup>nd</sup> hall.</p>
<blockquote><p>A market is a place where a city talks to itself.</p></blockquote>
<ul><li>Closing: 28 February</li><li>Reopening: September</li></ul>
<table><caption>Traders</caption><thead><tr><th scope="col">Year</th><th scope="col">Traders</th></tr></thead>
<tbody><tr><td>1998</td><td>301</td></tr></tbody></table>
<figure><figcaption>The hall, seen from the river</figcaption></figure><hr><p><em>With reporting by Anna.</em></p>
"""
UKRAINIAN = """
<p>Співробітники Інституту зоології описали новий вид метеликів, знайдений на схилах Чорногори.</p>
<p>«Ми шукали зовсім інше», — сказав керівник експедиції. Розмах крил не перевищує 11 міліметрів.</p>
"""
ARABIC = "<p>أعادت المدينة القديمة فتح مكتبتها بعد ترميم استمر سبع سنوات وكلف 12 مليون يورو.</p>"


def make_every_page() -> dict[str, str]:
    """Store a small newsroom; give the address of each page by a name."""
    editor = make_editor()
    english = make_article(
        "Old market hall to close for two years while its roof is rebuilt",
        ENGLISH,
        section="City",
        byline="Anna Lindqvist",
    )
    ukrainian = make_article("Новий вид метеликів у Карпатах", UKRAINIAN, language="uk", section="Наука")
    arabic = make_article("المدينة القديمة تفتح مكتبتها", ARABIC, language="ar", section="العالم")
    gone = make_article("Tea doubles the length of life", section="Science")

    corrected = report(english, "some 180", suggestion="some 108", comment="See the minutes.")
    assert corrected.case is not None
    entry = correct_case(corrected.case, "some 108", notice="Some 108 traders will move, not 180.")
    serious = correct(english, "two years", "twenty months", severity=Severity.SERIOUS, notice="It is twenty months.")
    actions.amend_correction(serious, notice="The hall will close for twenty months, not two years.", by=editor)
    mistaken = correct(english, "1911", "1912", kind=Kind.CLARIFICATION, notice="It was 1912.")
    actions.withdraw_correction(mistaken, reason="It was 1911 after all.", by=editor)
    correct(ukrainian, "11 міліметрів", "14 міліметрів", notice="Розмах крил — 14 міліметрів, а не 11.")
    correct(arabic, "12", "14", notice="الصحيح 14 مليون يورو.")
    correct(
        gone, "300 guests", "300 guests", kind=Kind.RETRACTION, severity=Severity.WITHDRAWAL, notice="It was untrue."
    )
    rejected = report(english, "28 February", language="uk")
    assert rejected.case is not None
    actions.claim_case(rejected.case, by=editor)
    actions.reject_case(rejected.case, reason=Resolution.NOT_AN_ERROR, message="The council says the same.", by=editor)
    arrived = actions.submit_report(english, Quote("nobody wrote this"))
    waiting = report(ukrainian, "Чорногори", email="reader@example.org")
    asked, confirmed, stopped = waiting.address, Address(digest="1"), Address(digest="2", stopped_at=timezone.now())
    assert asked is not None
    Address.objects.bulk_create([confirmed, stopped])
    actions.confirm_address(confirmed)
    address = {name: Article.objects.get(pk=article.pk).get_absolute_url() for name, article in (
        ("article", english), ("article in Ukrainian", ukrainian), ("article in Arabic", arabic), ("tombstone", gone)
    )}  # fmt: skip
    return address | {
        "latest": "/",
        "history": address["article"] + "history/",
        "history in Arabic": address["article in Arabic"] + "history/",
        "difference": address["article"] + "history/1/3/",
        "report form": address["article"] + "report/",
        "report form in Ukrainian": address["article in Ukrainian"] + "report/",
        "log": "/corrections/",
        "log, searched": "/corrections/?q=traders&kind=correction",
        "log, searched in vain": "/corrections/?q=nothing",
        "entry": entry.get_absolute_url(),
        "withdrawn entry": mistaken.get_absolute_url(),
        "policy": "/corrections/policy/",
        "receipt, corrected": corrected.get_absolute_url(),
        "receipt, rejected": rejected.get_absolute_url(),
        "receipt, withdrawn": mistaken.case.reports.get().get_absolute_url(),
        "receipt, arrived": arrived.get_absolute_url(),
        "confirm the address": url_of(asked, Purpose.CONFIRM).removeprefix(settings.SITE_URL),
        "address confirmed": url_of(confirmed, Purpose.CONFIRM).removeprefix(settings.SITE_URL),
        "stop the mail": url_of(asked, Purpose.STOP).removeprefix(settings.SITE_URL),
        "mail stopped": url_of(stopped, Purpose.STOP).removeprefix(settings.SITE_URL),
        "mail link that has expired": "/mail/confirm/nonsense/",
        "receipt, to be confirmed": waiting.get_absolute_url(),
        "not found": "/nothing/",
    }

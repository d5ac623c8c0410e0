"""The corrections log can be verified: whatever was altered, removed or cut off shows."""

import hashlib
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection

from corrections import actions, log
from corrections.models import Correction, LogEntry, LogHead
from corrections.policy import Kind, Severity
from tests.desk import make_article, make_case, make_editor

pytestmark = pytest.mark.django_db
TRIGGERS = {
    "postgresql": ("SET CONSTRAINTS ALL IMMEDIATE", "ALTER TABLE {0} DISABLE TRIGGER USER"),
    "sqlite": ("DROP TRIGGER {0}_unchanging",),
}


def tamper(sql: str) -> None:
    """Change rows as somebody with access to the database could, past the triggers."""
    with connection.cursor() as cursor:
        for table in ("corrections_logentry", "corrections_correction"):
            for statement in TRIGGERS[connection.vendor]:
                cursor.execute(statement.format(table))
        cursor.execute(sql)


@pytest.fixture
def published() -> list[Correction]:
    editor = make_editor()
    article = make_article()
    made = []
    for exact, replacement in (("teh", "the"), ("old bridge", "older bridge"), ("Monday", "Tuesday")):
        case = make_case(exact, article)
        actions.claim_case(case, by=editor)
        article.refresh_from_db()
        made.append(
            actions.correct_case(
                case,
                start=case.start or 0,
                end=case.end or 0,
                expected=exact,
                replacement=replacement,
                revision=article.text.number,
                kind=Kind.CORRECTION,
                severity=Severity.MINOR,
                notice=f"It said {exact}.",
                by=editor,
            )
        )
    return made


def test_numbers_have_no_gaps_and_the_chain_is_whole(published: list[Correction], capsys: Any) -> None:
    call_command("verify_log")

    assert [str(correction.number)[-4:] for correction in published] == ["0001", "0002", "0003"]
    assert capsys.readouterr().out.startswith("3 entries, none altered. Head: ")
    assert LogHead.objects.get().digest == LogEntry.objects.latest("position").digest


@pytest.mark.parametrize(
    ("sql", "fault"),
    [
        ("UPDATE corrections_logentry SET payload = '{}' WHERE position = 2", "Entry 2 .* was altered"),
        ("UPDATE corrections_logentry SET digest = 'x' WHERE position = 1", "Entry 1 .* was altered"),
        ("UPDATE corrections_correction SET notice = 'x' WHERE sequence = 2", "Entry 2 differs"),
        ("DELETE FROM corrections_logentry WHERE position = 2", "Entry 2 is missing"),
        ("DELETE FROM corrections_logentry WHERE position = 3", "entries were cut off"),
    ],
)
def test_tampering_is_found_and_the_first_bad_entry_named(published: list[Correction], sql: str, fault: str) -> None:
    tamper(sql)

    with pytest.raises(CommandError, match=fault) as error:
        call_command("verify_log")

    assert error.value.returncode == 1


def test_an_entry_rewritten_with_a_fitting_digest_does_not_fit_the_next(published: list[Correction]) -> None:
    entry = LogEntry.objects.get(position=1)
    forged = entry.payload.replace("It said teh.", "All was well.")
    tamper(
        "UPDATE corrections_logentry SET payload = '{}', digest = '{}' WHERE position = 1".format(
            forged.replace("'", "''"), log.digest("", forged)
        )
    )

    assert any("Entry 2 does not follow" in fault for fault in log.faults())


def test_what_an_entry_says_is_the_same_to_the_byte_for_good() -> None:
    """Entries of years ago are recomputed by the code of today: who changes a line here breaks every log there is."""
    editor = make_editor()
    with time_machine.travel(datetime(2026, 3, 5, 10, 30, tzinfo=ZoneInfo("Europe/Kyiv")), tick=False):
        case = make_case("teh", make_article())
        actions.claim_case(case, by=editor)
        correction = actions.correct_case(
            case, start=17, end=20, expected="teh", replacement="«the»", revision=1, kind=Kind.CORRECTION,
            severity=Severity.MINOR, notice='It said "teh".', by=editor,
        )  # fmt: skip
    with time_machine.travel(datetime(2026, 3, 6, 0, 0, 0, 250, tzinfo=UTC), tick=False):
        amended = actions.amend_correction(correction, notice="It said teh.", by=editor)
    with time_machine.travel(datetime(2026, 3, 7, tzinfo=UTC), tick=False):
        actions.withdraw_correction(amended, reason="It was right.", by=editor)

    first, second, third = LogEntry.objects.order_by("position")

    assert first.payload == (
        '{"action":"published","after":"«the»","amends":null,"article":"ARTICLE","at":"2026-03-05T08:30:00.000000+00:00",'
        '"before":"teh","kind":"correction","language":"en","notice":"It said \\"teh\\".","number":"2026-0001",'
        '"part":"body","published":"2026-03-05T08:30:00.000000+00:00","severity":"minor"}'
    ).replace("ARTICLE", str(case.article_id))
    assert second.payload == (
        '{"action":"amended","after":"«the»","amends":"2026-0001","article":"ARTICLE",'
        '"at":"2026-03-06T00:00:00.000250+00:00","before":"teh","kind":"correction","language":"en",'
        '"notice":"It said teh.","number":"2026-0002","part":"body","published":"2026-03-06T00:00:00.000250+00:00",'
        '"severity":"minor"}'
    ).replace("ARTICLE", str(case.article_id))
    assert third.payload == (
        '{"action":"withdrawn","after":"«the»","amends":"2026-0001","article":"ARTICLE",'
        '"at":"2026-03-07T00:00:00.000000+00:00","before":"teh","kind":"correction","language":"en",'
        '"notice":"It said teh.","number":"2026-0002","part":"body","published":"2026-03-06T00:00:00.000250+00:00",'
        '"reason":"It was right.","severity":"minor"}'
    ).replace("ARTICLE", str(case.article_id))
    for entry, previous in ((first, ""), (second, first.digest), (third, second.digest)):
        assert entry.digest == hashlib.sha256(f"{previous}\n{entry.payload}".encode()).hexdigest()
    assert [*log.faults()] == []

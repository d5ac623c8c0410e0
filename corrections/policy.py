"""The rules of correcting, as tables: what is shown, who approves, how soon, and what is no mere style fix.

Pure Python: no database, no request. The public policy page is rendered from these tables.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise


class Severity(TextChoices):
    """How much an error matters to the reader's understanding."""

    STYLE = "style", _("style")
    MINOR = "minor", _("minor")
    SUBSTANTIVE = "substantive", _("substantive")
    SERIOUS = "serious", _("serious")
    WITHDRAWAL = "withdrawal", _("withdrawal")


class Kind(TextChoices):
    """What sort of change a correction is."""

    STYLE_FIX = "style_fix", _("style fix")
    CORRECTION = "correction", _("correction")
    CLARIFICATION = "clarification", _("clarification")
    UPDATE = "update", _("update")
    EDITORS_NOTE = "editors_note", _("editor’s note")
    RETRACTION = "retraction", _("retraction")


class Placement(StrEnum):
    """Where on the article page the notice stands."""

    NONE = "none"
    BOTTOM = "bottom"
    TOP = "top"
    REPLACES_TEXT = "replaces_text"


BREAK_GLASS = "corrections.break_glass"
"""The permission to publish at once what needs an approval, which is then owed."""


class Approver(StrEnum):
    """Whose signature a correction needs, beside another editor's; the value is the permission's codename."""

    EDITOR = "review_case"
    STANDARDS_EDITOR = "approve_serious"
    CHIEF_EDITOR = "approve_withdrawal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What follows from a severity."""

    test: StrPromise
    public: bool
    in_feeds: bool
    placement: Placement
    approver: Approver | None
    """Whose approval is needed beside the drafting editor's; ``None``: one editor is enough."""
    decide_within: timedelta
    """The time from the first report to a decision."""


RULES: Mapping[Severity, Rule] = MappingProxyType(
    {
        Severity.STYLE: Rule(
            test=_(
                "Spelling, grammar or layout; no name, number, date, quotation, negation, headline or link is touched."
            ),
            public=False,
            in_feeds=False,
            placement=Placement.NONE,
            approver=None,
            decide_within=timedelta(days=7),
        ),
        Severity.MINOR: Rule(
            test=_("A detail that does not alter the meaning: a misspelled name, a wrong weekday."),
            public=True,
            in_feeds=True,
            placement=Placement.BOTTOM,
            approver=None,
            decide_within=timedelta(days=3),
        ),
        Severity.SUBSTANTIVE: Rule(
            test=_("A fact that alters the meaning; nearly every number."),
            public=True,
            in_feeds=True,
            placement=Placement.BOTTOM,
            approver=Approver.EDITOR,
            decide_within=timedelta(days=1),
        ),
        Severity.SERIOUS: Rule(
            test=_("The headline, the premise, somebody’s identity or safety."),
            public=True,
            in_feeds=True,
            placement=Placement.TOP,
            approver=Approver.STANDARDS_EDITOR,
            decide_within=timedelta(hours=4),
        ),
        Severity.WITHDRAWAL: Rule(
            test=_("The piece cannot stand."),
            public=True,
            in_feeds=True,
            placement=Placement.REPLACES_TEXT,
            approver=Approver.CHIEF_EDITOR,
            decide_within=timedelta(hours=4),
        ),
    }
)

SEVERITIES: Mapping[Kind, tuple[Severity, ...]] = MappingProxyType(
    {
        Kind.STYLE_FIX: (Severity.STYLE,),
        Kind.CORRECTION: (Severity.MINOR, Severity.SUBSTANTIVE, Severity.SERIOUS),
        Kind.CLARIFICATION: (Severity.MINOR, Severity.SUBSTANTIVE),
        Kind.UPDATE: (Severity.MINOR, Severity.SUBSTANTIVE),
        Kind.EDITORS_NOTE: (Severity.SUBSTANTIVE, Severity.SERIOUS),
        Kind.RETRACTION: (Severity.WITHDRAWAL,),
    }
)
"""The severities that each kind can have; the first is proposed."""

APPEAL_WITHIN = timedelta(days=30)
APPROVE_WITHIN = timedelta(hours=24)
"""How long the approval of what was published without one may be owed."""
NEGLECTED_AFTER = timedelta(days=14)
"""When a case that nobody has decided is taken to the chief editors, every day."""
UNDO_WITHIN = timedelta(seconds=10)
"""How long an editor can take back a decision; what tells the outside of it is due no earlier."""


class Touch(TextChoices):
    """What a style fix must not touch without a reason that is kept."""

    HEADLINE = "headline", _("the headline")
    DIGITS = "digits", _("a number")
    CAPITALISED = "capitalised", _("a capitalised word, perhaps a name")
    QUOTED = "quoted", _("quoted words")
    NEGATION = "negation", _("a negation")
    LINK = "link", _("a link")


_WORD = re.compile(r"\w+(?:['’ʼ-]\w+)*", re.UNICODE)
_QUOTE_MARKS = re.compile(r"[\"“”„«»‹›]")
_NEGATIONS = frozenset(
    (
        "no not never none nobody nothing neither nor without cannot "
        "не ні ніколи ніхто ніщо нічого без немає нема "
        "nie nigdy nikt nic bez kein keine keinen nicht niemand nichts ohne "
        "ne pas jamais rien sans nunca nadie nada sin "
        "لا لم لن ليس بدون"
    ).split()
)


def touches(
    before: str, after: str, *, headline: bool = False, in_quotation: bool = False, in_link: bool = False
) -> list[Touch]:
    """Name what a change from ``before`` to ``after`` touches that is no mere style.

    ``in_quotation`` and ``in_link`` say whether the changed stretch lies inside quotation marks or a link. A capital
    counts unless the word differs from the other wording by its capital alone or stands first in the stretch.
    """
    gone, come = _changed_words(before, after)
    changed = gone + come
    found = []
    if headline:
        found.append(Touch.HEADLINE)
    if any(char.isdigit() for word in changed for char in word):
        found.append(Touch.DIGITS)
    if any(word[:1].isupper() for word in changed) and {w.casefold() for w in gone} != {w.casefold() for w in come}:
        found.append(Touch.CAPITALISED)
    if in_quotation or len(_QUOTE_MARKS.findall(before)) != len(_QUOTE_MARKS.findall(after)):
        found.append(Touch.QUOTED)
    if any(word.casefold() in _NEGATIONS or word.casefold().endswith(("n't", "n’t")) for word in changed):
        found.append(Touch.NEGATION)
    if in_link:
        found.append(Touch.LINK)
    return found


def _changed_words(before: str, after: str) -> tuple[list[str], list[str]]:
    old, new = _WORD.findall(before), _WORD.findall(after)
    while old and new and old[0] == new[0]:
        old, new = old[1:], new[1:]
    while old and new and old[-1] == new[-1]:
        old, new = old[:-1], new[:-1]
    return old, new

"""The form of a correction as it is shown: begun from what the editor chose, or given again with what was typed."""

from collections.abc import Mapping
from typing import Any

from corrections import actions, notices
from corrections.desk import decisions, passages
from corrections.desk.proposals import Proposal
from corrections.models import Case
from corrections.passages import Place
from corrections.policy import Kind


def correct_form(
    chosen: Mapping[str, str],
    case: Case,
    place: Place,
    reports: list[Proposal],
    sent: decisions.Decision | None,
) -> decisions.Correct:
    """Give the form of a correction: as it was sent, or begun with what ``chosen`` names.

    That is a ``stretch`` of the text, or the report whose suggestion to ``take``.
    """
    if isinstance(sent, decisions.Correct):
        return _rebased(case, place, sent)
    form = decisions.Correct(case, place=place)
    for stretch in passages.stretches(place):
        if stretch.slug == chosen.get("stretch"):
            form.initial.update(
                {
                    "start": stretch.start,
                    "end": stretch.end,
                    "expected": stretch.text,
                    "replacement": stretch.text,
                }
            )
    for proposal in reports:
        if str(proposal.report.pk) == chosen.get("take") and proposal.wording:
            form.initial.update(
                {
                    "start": proposal.start,
                    "end": proposal.end,
                    "expected": proposal.before,
                    "replacement": proposal.wording,
                }
            )
    form.initial["notice"] = _proposed_notice(case, form.initial)
    return form


def _rebased(case: Case, place: Place, sent: decisions.Correct) -> decisions.Correct:
    """Give the correction that was sent again, on the text as it stands now, with what the editor typed."""
    typed = {name: sent.data.get(name, "") for name in sent.fields}
    text = place.text
    start, end = sent.cleaned_data.get("start"), sent.cleaned_data.get("end")
    expected = sent.cleaned_data.get("expected", "")
    if start is None or end is None or text[start:end] != expected:
        typed |= {"start": place.start, "end": place.end, "expected": place.words}
    typed |= {"revision": place.revision.number, "seen": place.words}
    form = decisions.Correct(case, place=place)
    form.initial.update(typed)
    if not typed["notice"].strip():
        form.initial["notice"] = _proposed_notice(case, form.initial)
    form.asks_for_reason = isinstance(sent.refusal, actions.GuardedStyleFix) or bool(typed["override_reason"])
    return form


def _proposed_notice(case: Case, values: Mapping[str, Any]) -> str:
    if values["expected"] == values["replacement"] or values["kind"] not in Kind.values:
        return ""
    return notices.draft(
        values["kind"], before=values["expected"], after=values["replacement"], language=case.article.language
    )


def touched(form: decisions.Correct) -> list[str]:
    """Name what the change touches that a style fix should not, if the words are those of the current text."""
    values = form.cleaned_data
    place = form.place
    if values["kind"] != Kind.STYLE_FIX or place.text[values["start"] : values["end"]] != values["expected"]:
        return []
    touched = actions.touches_at(
        place.revision, place.part, start=values["start"], end=values["end"], replacement=values["replacement"]
    )
    return [str(touch.label) for touch in touched]

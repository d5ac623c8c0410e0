"""What a reader is told about each decision: on the receipt, in mail, and in the preview that the editor sees."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrPromise

from corrections.models import Resolution
from corrections.standing import Stage, Standing


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader is told about a decision: the decision, and what it means."""

    title: StrPromise
    meaning: StrPromise


def answer_to(standing: Standing) -> Answer | None:
    """Give what a reader is told; ``None`` while there is no decision to tell of."""
    if standing.is_withdrawn:
        return _WITHDRAWN if standing.stage == Stage.RESOLVED else _LOOKED_AT_AGAIN
    return ANSWERS[standing.resolution] if standing.resolution else None


ANSWERS: Mapping[Resolution, Answer] = {
    Resolution.CORRECTED: Answer(
        _("You were right. We have corrected the article."),
        _("The correction stands in our public log for good."),
    ),
    Resolution.CLARIFIED: Answer(
        _("We have made the article clearer."),
        _("The clarification stands in our public log for good."),
    ),
    Resolution.FIXED_SILENTLY: Answer(
        _("You were right. We have fixed it."),
        _("The meaning did not change, so there is no notice; we publish how many such fixes there are."),
    ),
    Resolution.UPDATED: Answer(
        _("We have brought the article up to date."),
        _("What we had written was right at its time; the article now says what has happened since."),
    ),
    Resolution.RETRACTED: Answer(
        _("We have withdrawn the article."),
        _("A notice at its address says why."),
    ),
    Resolution.NOT_AN_ERROR: Answer(
        _("We have looked into it and believe that the passage is right."),
        _("The article stays as it is."),
    ),
    Resolution.STYLE_PREFERENCE: Answer(
        _("Both ways of writing it are right; we keep ours."),
        _("The article stays as it is."),
    ),
    Resolution.OUT_OF_SCOPE: Answer(
        _("This is nothing that a correction can answer."),
        _("Corrections are for what an article says. An opinion about it is welcome as a letter to the editor."),
    ),
    Resolution.INSUFFICIENT_INFORMATION: Answer(
        _("We could not find out whether the passage is wrong."),
        _("If you know a source, appeal and name it: an editor will look again."),
    ),
    Resolution.DUPLICATE: Answer(
        _("Another reader had told us of the same passage."),
        _("It was decided together with that report."),
    ),
    Resolution.SPAM: Answer(
        _("We did not treat this message as a report of an error."),
        _("If that was a mistake of ours, appeal, and an editor will read it."),
    ),
    Resolution.ALREADY_FIXED: Answer(
        _("Thank you. The passage had been put right already when your report arrived."),
        _("You may have seen an older copy of the page."),
    ),
}

_WITHDRAWN = Answer(
    _("We have withdrawn our correction."),
    _(
        "After your report we had corrected the article. The correction stays in our public log, with the reason why "
        "it does not stand any more."
    ),
)
_LOOKED_AT_AGAIN = Answer(
    _("We have withdrawn our correction and are looking at it again."),
    _("After your report we had corrected the article. An editor is going to decide once more, and you will be told."),
)

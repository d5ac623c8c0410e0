"""What an editor sends from the case page, one form a verb. Each form parses, then calls one action."""

from corrections.desk.decisions.base import REFUSALS, Decision
from corrections.desk.decisions.cases import (
    Claim,
    Merge,
    Place,
    Reject,
    Release,
    Reopen,
    Snooze,
    TakeOver,
    Undo,
    Unmerge,
    Wake,
    answer_of,
    canned,
)
from corrections.desk.decisions.publication import (
    Amend,
    Approve,
    ApprovePublished,
    Correct,
    RefusePublished,
    Return,
    Withdraw,
)

VERBS: dict[str, type[Decision]] = {
    form.verb: form
    for form in (
        Claim,
        TakeOver,
        Release,
        Correct,
        Reject,
        Snooze,
        Wake,
        Merge,
        Unmerge,
        Reopen,
        Amend,
        Withdraw,
        Approve,
        Return,
        ApprovePublished,
        RefusePublished,
        Undo,
        Place,
    )
}


__all__ = [
    "REFUSALS", "VERBS", "Amend", "ApprovePublished", "Correct", "Decision", "Merge", "RefusePublished", "Reject",
    "Reopen", "Return", "Snooze", "Unmerge", "Withdraw", "answer_of", "canned",
]  # fmt: skip

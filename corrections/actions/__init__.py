"""Every change of a report, a case or a correction, one function each. Screens, API, tasks and commands call these.

    report ──triage──▶ open ──claim──▶ claimed ──correct──▶ resolved
                        ▲  ◀─release──   │  └──▶ awaiting_approval ──approve──▶ resolved
                        │                └─reject(reason)──▶ resolved
                        ├──snooze/wake── snoozed          (merge/unmerge: resolved as a duplicate)
                        └──reopen/appeal/regression── resolved

An action locks the row, checks, changes, records the event and defers the rest to after the commit, in one transaction.
"""

from corrections.actions.alarms import refuses_digest, stop_digest
from corrections.actions.amending import (
    amend_correction,
    approve_correction,
    refuse_correction,
    withdraw_correction,
)
from corrections.actions.answering import (
    answer_readers,
    ask_to_confirm,
    confirm_address,
    erase_addresses,
    mail_answer,
    stop_mail,
)
from corrections.actions.authors import tell_author
from corrections.actions.cases import (
    InvalidTransition,
    claim_case,
    look_at_case,
    place_case,
    reject_case,
    release_case,
    reopen_case,
    snooze_case,
    wake_case,
)
from corrections.actions.merging import merge_case, unmerge_case
from corrections.actions.presence import keep_claim, note_presence
from corrections.actions.publication import (
    EditConflict,
    GuardedStyleFix,
    PolicyViolation,
    approve_case,
    correct_case,
    return_case,
    touches_at,
)
from corrections.actions.pushing import push_correction
from corrections.actions.ranking import rerank_cases
from corrections.actions.regressions import find_regressions
from corrections.actions.reports import (
    AppealRefused,
    appeal_report,
    credit_reader,
    reanchor_cases,
    submit_report,
    triage_report,
)
from corrections.actions.signatures import ApprovalRefused, check_signer, has_to_wait, is_author, needs_second_person
from corrections.actions.undoing import undo_case

__all__ = [
    "AppealRefused",
    "ApprovalRefused",
    "EditConflict",
    "GuardedStyleFix",
    "InvalidTransition",
    "PolicyViolation",
    "amend_correction",
    "answer_readers",
    "appeal_report",
    "approve_case",
    "approve_correction",
    "ask_to_confirm",
    "check_signer",
    "claim_case",
    "confirm_address",
    "correct_case",
    "credit_reader",
    "erase_addresses",
    "find_regressions",
    "has_to_wait",
    "is_author",
    "keep_claim",
    "look_at_case",
    "mail_answer",
    "merge_case",
    "needs_second_person",
    "note_presence",
    "place_case",
    "push_correction",
    "reanchor_cases",
    "refuse_correction",
    "refuses_digest",
    "reject_case",
    "release_case",
    "reopen_case",
    "rerank_cases",
    "return_case",
    "snooze_case",
    "stop_digest",
    "stop_mail",
    "submit_report",
    "tell_author",
    "touches_at",
    "triage_report",
    "undo_case",
    "unmerge_case",
    "wake_case",
    "withdraw_correction",
]

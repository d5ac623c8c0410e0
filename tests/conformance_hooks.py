"""Puts into the calls of Schemathesis what no schema can say: values that have to exist already, or to lie ahead.

A decision takes a case in a certain state. With a key, each call that is meant to be valid finds its case in that
state, so that it reaches the decision and is not refused at the door.
"""

import json
import os
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import schemathesis

CURSORS = json.loads(os.environ["CONFORMANCE_CURSORS"])
"""The cursor of some list's second page, by the list's address."""
API = os.environ["CONFORMANCE_API"]
KEY = os.environ.get("CONFORMANCE_KEY", "")


@schemathesis.hook
def before_call(_context: Any, case: Any, _kwargs: dict[str, Any]) -> None:
    """Replace what was made up in a call that is meant to be valid; what is meant to be invalid stays."""
    if case.meta is None or case.meta.generation.mode.is_negative:
        return
    query = case.query or {}
    if "cursor" in query:  # is signed: one that was made up is refused, as the tests of pages show
        query.pop("cursor")
        if case.formatted_path in CURSORS:
            query["cursor"] = CURSORS[case.formatted_path]
    if "assignee" in query:
        query["assignee"] = "none"
    if case.path.endswith("/snooze/") and isinstance(case.body, dict) and "until" in case.body:
        case.body["until"] = "2999-01-01T00:00:00Z"
    if KEY and case.method == "POST" and case.path.startswith("/api/v1/cases/{id}/") and isinstance(case.body, dict):
        _bring_into_its_state(case, case.path.rstrip("/").rpartition("/")[2])


def _bring_into_its_state(call: Any, verb: str) -> None:
    number = call.path_parameters["id"]
    known = _ask("GET", f"cases/{number}/")
    if known is None:
        return  # no such case: that is an answer too
    if known["status"] == "resolved" and verb != "reopen":
        _ask("POST", f"cases/{number}/reopen/", {})
    if verb not in ("claim", "snooze"):
        _ask("POST", f"cases/{number}/claim/", {"takeover": True})
    if verb == "reopen":
        _ask("POST", f"cases/{number}/reject/", {"reason": "not_an_error"})
    if verb in _PREPARED:
        _PREPARED[verb](call.body, known)


def _name_text(body: dict[str, Any], known: dict[str, Any]) -> None:
    """Name the text and the passage that the case has, as who read it would."""
    passage = known["passage"]
    body["revision"] = passage["revision"]
    if "expected" in body and passage["start"] is not None:
        body |= {"start": passage["start"], "end": passage["end"], "expected": passage["text"]}
    if body["kind"] != "style_fix":  # the policy takes this for every other kind but a retraction, and wants a notice
        body |= {"severity": "substantive", "notice": str(body.get("notice") or "").strip() or "It was put right."}


def _draft(body: dict[str, Any], known: dict[str, Any]) -> None:
    change = {"revision": known["passage"]["revision"], "replacement": "put right", "for_approval": True}
    change |= {"kind": "correction", "severity": "minor", "notice": "This was put right."}
    drafted = _ask("POST", f"cases/{known['id']}/correct/", change)
    if drafted and "draft" in body:
        body["draft"] = drafted["corrections"][-1]["id"]


def _name_another(body: dict[str, Any], known: dict[str, Any]) -> None:
    others = _ask("GET", f"cases/?article={known['article']['id']}&status=open") or {"results": []}
    if others["results"]:
        body["into"] = others["results"][0]["id"]


_PREPARED = {"correct": _name_text, "approve": _draft, "merge": _name_another}


def _ask(method: str, address: str, body: dict[str, Any] | None = None) -> Any:
    request = Request(f"{API}{address}", method=method, data=None if body is None else json.dumps(body).encode())
    request.add_header("Authorization", f"Bearer {KEY}")
    request.add_header("Content-Type", "application/json")
    try:
        with urlopen(request) as response:
            return json.load(response)
    except HTTPError as refused:
        refused.close()
        return None

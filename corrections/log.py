"""The corrections log's chain: appends entries, and verifies that nothing was altered or removed.

An entry's digest is the SHA-256 of the previous entry's digest and its own payload, both as UTF-8 text with a line
feed between, in hexadecimal. The payload is the JSON of what was made public, keys sorted, without spaces
(``json.dumps(…, sort_keys=True, separators=(",", ":"), ensure_ascii=False)``).
"""

import hashlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime

from corrections.models import Correction, LogEntry, LogHead


def append(correction: Correction, action: LogEntry.Action, *, at: datetime) -> LogEntry:
    """Add an entry about ``correction`` to the end of the chain.

    Call it inside the transaction that changes the correction: the head is locked until that ends, so entries stand
    in the order in which they were committed.
    """
    head = LogHead.objects.select_for_update().get_or_create(pk=1)[0]
    payload = payload_of(correction, action, at=at)
    entry = LogEntry.objects.create(
        position=head.position + 1,
        correction=correction,
        action=action,
        at=at,
        payload=payload,
        previous_digest=head.digest,
        digest=digest(head.digest, payload),
    )
    head.position, head.digest = entry.position, entry.digest
    head.save(update_fields=["position", "digest"])
    return entry


def take_number(*, at: datetime) -> tuple[int, int]:
    """Give the year and the next number in it. Numbers have no gaps: the head stays locked until the commit."""
    head = LogHead.objects.select_for_update().get_or_create(pk=1)[0]
    year = at.astimezone(UTC).year
    head.year, head.sequence = (year, head.sequence + 1) if head.year == year else (year, 1)
    head.save(update_fields=["year", "sequence"])
    return head.year, head.sequence


def digest(previous: str, payload: str) -> str:
    """Give the digest of an entry with ``payload`` that follows the one with the digest ``previous``."""
    return hashlib.sha256(f"{previous}\n{payload}".encode()).hexdigest()


def payload_of(correction: Correction, action: LogEntry.Action, *, at: datetime) -> str:
    """Give the canonical JSON of what an entry makes public about ``correction``."""
    content = {
        "action": str(action),
        "at": _utc(at),
        "number": correction.number,
        "article": str(correction.article_id),
        "kind": correction.kind,
        "severity": correction.severity,
        "part": correction.part,
        "before": correction.before,
        "after": correction.after,
        "notice": correction.notice,
        "language": correction.language,
        "published": _utc(correction.published_at) if correction.published_at else None,
        "amends": correction.amends.number if correction.amends else None,
    }
    if action == LogEntry.Action.WITHDRAWN:
        content["reason"] = correction.withdrawal_reason
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def faults() -> Iterator[str]:
    """Recompute the chain; give each fault in words, the earliest first, nothing when the log is whole.

    Compares every entry with its neighbours, with its digest and with the correction as stored, and the end with the
    head, so that an altered, removed, inserted or cut-off entry shows.
    """
    previous, position = "", 0
    listed: set[int] = set()
    for entry in LogEntry.objects.select_related("correction__amends").order_by("position").iterator(chunk_size=500):
        position += 1
        if entry.position != position:
            yield f"Entry {position} is missing: the log goes on with {entry.position}."
            position = entry.position
        elif entry.previous_digest != previous:
            yield f"Entry {entry.position} does not follow the entry before it."
        if entry.digest != digest(entry.previous_digest, entry.payload):
            yield f"Entry {entry.position} ({entry.correction.number}) was altered: its digest does not fit."
        if entry.payload != payload_of(entry.correction, LogEntry.Action(entry.action), at=entry.at):
            yield f"Entry {entry.position} differs from the stored correction {entry.correction.number}."
        listed.add(entry.correction_id)
        previous = entry.digest
    head = LogHead.objects.first() or LogHead()
    if (head.position, head.digest) != (position, previous):
        yield f"The log ends at entry {position}, but its head names entry {head.position}: entries were cut off."
    unlisted = Correction.objects.public().exclude(pk__in=listed).values_list("number", flat=True)
    yield from (f"Correction {number} has no entry in the log." for number in unlisted)


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")

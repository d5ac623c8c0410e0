"""What was decided about a case before it came back, and why it did: who decides again has to know both."""

from collections.abc import Sequence
from dataclasses import dataclass

from corrections.models import DECIDING, Case, Event, Resolution

_BACK = (Event.Kind.APPEALED, Event.Kind.REOPENED)


@dataclass(frozen=True, slots=True)
class Return:
    """A case's coming back: the event that brought it, and the decision before, if that is among the events shown."""

    event: Event
    decision: Event | None

    @property
    def is_appeal(self) -> bool:
        """Whether a reader brought it back."""
        return self.event.kind == Event.Kind.APPEALED

    @property
    def ended_as(self) -> str:
        """How the case had ended, in words."""
        return str(Resolution(self.event.data["resolution"]).label)


def last_return(case: Case, events: Sequence[Event]) -> Return | None:
    """Give why a case that was decided waits again; None when it does not. ``events`` are its own, newest first."""
    if case.resolved_at is not None:
        return None
    back = next((event for event in events if event.kind in _BACK), None)
    if back is None:
        return None
    earlier = events[events.index(back) + 1 :]
    return Return(back, next((event for event in earlier if event.kind in DECIDING), None))

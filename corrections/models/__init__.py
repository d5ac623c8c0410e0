"""What corrections stores: sites, reports, cases, their trails, corrections, the log's entries, the queue of record.

Models hold state and what must always be true of it. Changes are made by ``corrections.actions`` alone.
"""

from corrections.models.cases import Case, CaseQuerySet
from corrections.models.corrections import Correction, CorrectionQuerySet, LogEntry, LogHead
from corrections.models.editors import Preferences, Presence
from corrections.models.events import DECIDING, TOLD, Event
from corrections.models.figures import CountedText, DailySnapshot, WordCount
from corrections.models.jobs import Job
from corrections.models.outcomes import REJECTIONS, RESOLUTIONS, Category, Outcome, Resolution
from corrections.models.reports import Address, Report
from corrections.models.sites import Site, make_site_key, origin_of

__all__ = [
    "DECIDING",
    "REJECTIONS",
    "RESOLUTIONS",
    "TOLD",
    "Address",
    "Case",
    "CaseQuerySet",
    "Category",
    "Correction",
    "CorrectionQuerySet",
    "CountedText",
    "DailySnapshot",
    "Event",
    "Job",
    "LogEntry",
    "LogHead",
    "Outcome",
    "Preferences",
    "Presence",
    "Report",
    "Resolution",
    "Site",
    "WordCount",
    "make_site_key",
    "origin_of",
]

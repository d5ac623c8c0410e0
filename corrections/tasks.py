"""The Celery tasks, one for each kind of work in the queue of record.

A task may run more than once for a message and more than one message may come for a job (at least once);
``corrections.jobs`` sees to it that the work is done once. A new kind is a line in ``jobs.KINDS`` and a function here.
"""

from collections.abc import Callable
from datetime import date

from celery import shared_task
from django.contrib.auth.models import User

from articles.models import Article, Revision
from corrections import actions, fetching, jobs, statistics, vocabulary
from corrections.actions import alarms
from corrections.cms import letters
from corrections.models import Event, Report
from corrections.webhooks import events, sending

Handler = Callable[[str], jobs.Conclusion | None]


def does(kind: str, *, outside: bool = False) -> Callable[[Handler], Callable[[int, int], None]]:
    """Make a function of a subject's id the task that does ``kind``, in the transaction that notes it as done.

    With ``outside``, the task reaches beyond the database (mail, other servers) and holds no transaction meanwhile.
    """

    def decorate(handler: Handler) -> Callable[[int, int], None]:
        @shared_task(name=jobs.task_name(kind))
        def task(job_id: int, attempt: int) -> None:
            if jobs.KINDS[kind] in jobs.IN_TURN:
                jobs.perform_in_turn(job_id, attempt, handler)
            else:
                jobs.perform(job_id, attempt, handler, outside=outside)

        return task

    return decorate


@does("triage_report")
def triage_report(report_id: str) -> None:
    """Put a report into its case."""
    actions.triage_report(Report.objects.get(pk=report_id))


@does("reanchor_article")
def reanchor_article(revision_id: str) -> None:
    """Carry the open cases' passages over to a new revision."""
    actions.reanchor_cases(Revision.objects.get(pk=revision_id))


@does("find_regressions")
def find_regressions(revision_id: str) -> None:
    """Raise cases for corrected errors that a new revision brings back."""
    actions.find_regressions(Revision.objects.get(pk=revision_id))


@does("take_snapshot")
def take_snapshot(subject_id: str) -> None:
    """Keep the figures of a day that is over; the subject is the day and the basis on which they were missed."""
    statistics.take_snapshot(date.fromisoformat(subject_id.partition(" ")[0]))


@does("fetch_article", outside=True)
def fetch_article(article_id: str) -> None:
    """Read an awaited article from its address, and triage what waits for it."""
    fetching.fetch_article(Article.objects.get(pk=article_id))


@does("ask_to_confirm", outside=True)
def ask_to_confirm(report_id: str) -> None:
    """Send the letter that asks a reader to confirm the address. At least once."""
    actions.ask_to_confirm(Report.objects.select_related("address", "article__current").get(pk=report_id))


@does("answer_readers")
def answer_readers(event_id: str) -> None:
    """Have a decision told to the readers of its case."""
    actions.answer_readers(Event.objects.select_related("case").get(pk=event_id))


@does("mail_answer", outside=True)
def mail_answer(subject_id: str) -> None:
    """Send one reader the letter about a decision. At least once."""
    event_id, report_id = subject_id.split(":")
    report = Report.objects.select_related("address", "case", "article__current").get(pk=report_id)
    actions.mail_answer(Event.objects.select_related("case").get(pk=event_id), report)


@does("announce")
def announce(subject: str) -> None:
    """Make the deliveries of an announced event."""
    events.fan_out(subject)


@does("deliver_webhook", outside=True)
def deliver_webhook(subject: str) -> jobs.Conclusion | None:
    """Try a delivery of a webhook."""
    return sending.deliver(subject)


@does("tell_webhook_disabled", outside=True)
def tell_webhook_disabled(subject: str) -> None:
    """Write to who looks after an endpoint that it is disabled."""
    sending.tell_disabled(subject)


@does("push_correction", outside=True)
def push_correction(subject: str) -> None:
    """Try to carry a correction back to the CMS of its article. At least once."""
    actions.push_correction(subject)


@does("tell_author", outside=True)
def tell_author(subject_id: str) -> None:
    """Tell an author of an article what became public about it. At least once."""
    event_id, author_id = subject_id.split(":")
    actions.tell_author(Event.objects.select_related("case").get(pk=event_id), User.objects.get(pk=author_id))


@does("count_words")
def count_words(revision_id: str) -> None:
    """Bring the counts of words to the text that an article has now."""
    vocabulary.count_words(Revision.objects.select_related("article").get(pk=revision_id).article)


@does("tell_alarm", outside=True)
def tell_alarm(subject: str) -> None:
    """Tell somebody of the newsroom, or the desk, that the clock of a case rang. At least once."""
    event_id, to = subject.split(":")
    alarms.tell_alarm(Event.objects.select_related("case__article__current").get(pk=event_id), to)


@does("tell_not_pushed", outside=True)
def tell_not_pushed(subject: str) -> None:
    """Tell who looks after a connection to a CMS what did not get there. At least once."""
    letters.tell_not_pushed(subject)


@does("mail_digest", outside=True)
def mail_digest(subject: str) -> None:
    """Send an editor the day's digest. At least once."""
    day, user_id = subject.split(":")
    alarms.mail_digest(day, User.objects.get(pk=user_id))


@does("mail_neglected", outside=True)
def mail_neglected(subject: str) -> None:
    """Send a chief editor what is neglected. At least once."""
    day, user_id = subject.split(":")
    alarms.mail_neglected(day, User.objects.get(pk=user_id))

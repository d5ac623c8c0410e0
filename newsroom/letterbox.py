"""Where letters go while there is no mail server: into ``LETTERBOX``, a file each that any mail program opens."""

from collections.abc import Sequence
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from django.utils.text import slugify


class EmailBackend(BaseEmailBackend):
    """Writes letters in the format of RFC 5322, named by their time (UTC) and whom they go to."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Write the letters and give how many; raises ``OSError`` when the folder cannot be written."""
        folder = settings.LETTERBOX
        folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            to = slugify(parseaddr(message.recipients()[0])[1].replace("@", " at "))
            with (folder / f"{timezone.now():%Y-%m-%d %H%M%S.%f} {to[:60]}.eml").open("xb") as file:
                file.write(message.message().as_bytes())
        return len(email_messages)

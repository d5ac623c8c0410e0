"""What happens to every request and response: addresses that no database can look for, and the language of a page."""

from collections.abc import Callable
from contextlib import suppress

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware import locale
from django.urls import reverse
from django.utils import translation
from django.utils.translation.trans_real import parse_accept_lang_header


class NulMiddleware:
    """Refuses addresses with U+0000, which PostgreSQL cannot hold: they would be an error of ours in any look-up.

    Parameters of the API are checked by its calls, which say what is wrong with which.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer 400 to such an address."""
        is_checked_later = request.path.startswith("/api/")
        if "\0" in request.path or (not is_checked_later and "%00" in request.META.get("QUERY_STRING", "")):
            raise BadRequest("An address cannot hold U+0000.")
        return self.get_response(request)


class LocaleMiddleware(locale.LocaleMiddleware):
    """Django's, with a choice of its own for the desk, which speaks fewer languages than the public pages.

    What is the same for every reader gets no ``Vary: Accept-Language``.
    """

    def process_request(self, request: HttpRequest) -> None:
        """Choose the language that the browser asks for: of the public pages, or at the desk of the desk's."""
        super().process_request(request)
        if request.path.startswith(reverse("admin:index")):
            translation.activate(_language_of_the_desk(request.headers.get("Accept-Language", "")))
            request.LANGUAGE_CODE = translation.get_language()

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Add the headers of a negotiated language, unless the response names its own: nothing was negotiated then."""
        if "Content-Language" in response:
            return response
        return super().process_response(request, response)


def _language_of_the_desk(accepted: str) -> str:
    for wanted, _quality in parse_accept_lang_header(accepted):
        with suppress(LookupError):
            language = translation.get_supported_language_variant(wanted)
            if language in dict(settings.DESK_LANGUAGES):
                return language
    return settings.LANGUAGE_CODE

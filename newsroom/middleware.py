"""What happens to every request and response: addresses that no database can look for, and the language of a page."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware import locale


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
    """Django's, without ``Vary: Accept-Language`` on what is the same for every reader."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Add the headers of a negotiated language, unless the response names its own: nothing was negotiated then."""
        if "Content-Language" in response:
            return response
        return super().process_response(request, response)

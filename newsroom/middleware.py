"""Chooses the language of a page as Django does, but leaves pages alone that have a language of their own."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware import locale


class LocaleMiddleware(locale.LocaleMiddleware):
    """Django's, without ``Vary: Accept-Language`` on what is the same for every reader."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        """Add the headers of a negotiated language, unless the response names its own: nothing was negotiated then."""
        if "Content-Language" in response:
            return response
        return super().process_response(request, response)

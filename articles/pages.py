"""How public pages are answered: the same for every reader, so that any cache may keep them, in their own language.

Nothing here reads a cookie. What articles and corrections show is their views' business.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import update_wrapper
from typing import Any, Concatenate, ParamSpec

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import get_conditional_response, patch_cache_control

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def public_page(*, seconds: int = 60) -> Callable[[View[P]], View[P]]:
    """Let shared caches keep a view's answer for ``seconds``, and answer 304 to who has it already.

    A reader's own browser asks each time: who comes back after a correction sees the corrected words.

    The tag is the digest of what is sent, so it changes with whatever the page shows: text, notices, translations,
    templates. There is no ``Last-Modified``: no one date moves with all of these.
    """

    def decorate(view: View[P]) -> View[P]:
        def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            response = view(request, *args, **kwargs)
            if request.method not in ("GET", "HEAD") or response.status_code != 200:
                return response
            patch_cache_control(response, public=True, max_age=0, s_maxage=seconds)
            response["ETag"] = etag = f'"{hashlib.sha256(response.content).hexdigest()[:32]}"'
            answered = get_conditional_response(request, etag=etag, response=response) or response
            if "Content-Language" in response:
                answered["Content-Language"] = response["Content-Language"]  # 304 too must not vary by language
            return answered

        update_wrapper(answer, view)
        return answer

    return decorate


def render_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    *,
    language: str,
    is_content: bool = False,
    status: int = 200,
) -> HttpResponse:
    """Render a page that speaks ``language`` (BCP 47) if we do, whatever language the reader prefers.

    With ``is_content`` the page itself, not only what we say around it, is in ``language``, even if we do not speak it.
    """
    with in_language(language) as interface:
        language = language if is_content else interface
        response = render(
            request,
            template,
            {"page_language": language, "page_direction": direction(language), "interface_language": interface}
            | context,
            status=status,
        )
    response["Content-Language"] = language
    return response


@contextmanager
def in_language(language: str) -> Iterator[str]:
    """Translate into ``language`` where there is a translation, else into the newsroom's; give which it is."""
    interface = interface_language(language)
    with translation.override(interface):
        yield interface


def interface_language(*languages: str) -> str:
    """Give the language that there are translations in and that serves readers of the first of ``languages`` best.

    Later ones count where there is no translation for the earlier ones, and the newsroom's own comes last.
    """
    for language in languages:
        with suppress(LookupError):
            return translation.get_supported_language_variant(language.lower())
    return settings.LANGUAGE_CODE


def direction(language: str) -> str:
    """Give the direction, ``ltr`` or ``rtl``, in which ``language`` is written."""
    return "rtl" if language.lower().split("-")[0] in settings.LANGUAGES_BIDI else "ltr"

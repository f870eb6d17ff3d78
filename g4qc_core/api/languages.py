"""The language of an answer: what a request asks for, and the sentences of the answer in it.

The query parameter `lang` counts first, then the cookie of the pages, then `Accept-Language`, else it is English. Every
route takes `lang`; a field of an answer whose type is `Spoken` is written in the language of the request.
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import Annotated, Any

from pydantic import PlainSerializer
from starlette.requests import HTTPConnection

from g4qc_core.api.negotiation import weighted
from g4qc_core.messages.catalogue import LANGUAGES
from g4qc_core.messages.translation import document_in_language, in_language

LANGUAGE_COOKIE = "g4qc_lang"
"""Cookie in which the pages keep the visitor's language."""

LANGUAGE_QUERY = "lang"
"""Query parameter of every route."""

_chosen: ContextVar[str | None] = ContextVar("language chosen by the visitor", default=None)
_asked: ContextVar[str] = ContextVar("language of the request", default=LANGUAGES[0])


def choose_language(chosen: str | None, accepted: str | None) -> str:
    """Return the language chosen in the cookie, else the one that `Accept-Language` prefers, else the first."""
    if chosen in LANGUAGES:
        return chosen
    wanted = sorted(weighted(accepted or ""), key=lambda range_: -range_[1])
    spoken = (tag.split("-")[0] for tag, quality in wanted if quality > 0)
    return next((language for language in spoken if language in LANGUAGES), LANGUAGES[0])


def use_language_of(request: HTTPConnection) -> str:
    """Set the language of all answers of the present task to that of the request, and return it."""
    chosen = request.query_params.get(LANGUAGE_QUERY) or request.cookies.get(LANGUAGE_COOKIE)
    _chosen.set(chosen if chosen in LANGUAGES else None)
    language = choose_language(chosen, request.headers.get("accept-language"))
    _asked.set(language)
    return language


def chosen_language() -> str | None:
    """Return the language that the request names by its query or cookie; None if only the browser has a preference."""
    return _chosen.get()


def asked_language() -> str:
    """Return the language of the request that the present task answers."""
    return _asked.get()


def spoken(text: str) -> str:
    """Return an English sentence of ours in the language of the request."""
    return in_language(text, _asked.get())


def spoken_within(document: dict[str, Any]) -> dict[str, Any]:
    """Return a stored document with the sentences in it in the language of the request."""
    return document_in_language(document, _asked.get())


Spoken = Annotated[str, PlainSerializer(spoken, return_type=str, when_used="json")]
"""Text of an answer that is a sentence of ours; only for models that nothing but the API writes."""

SpokenWithin = Annotated[dict[str, Any], PlainSerializer(spoken_within, return_type=dict[str, Any], when_used="json")]
"""A stored document, some of whose texts are sentences of ours."""

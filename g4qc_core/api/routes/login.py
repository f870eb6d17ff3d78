"""Sign-in of browsers: the key is sent once and kept in a cookie that scripts cannot read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from g4qc_core.api.api_keys import Key, Scope
from g4qc_core.api.dependencies import COOKIE, COOKIE_SECONDS, Context, caller
from g4qc_core.api.problems import KeyRequired, documented

router = APIRouter(tags=["session"], responses=documented(401, 413, 422, 429))


class LoginRequest(BaseModel):
    """The key to sign in with."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(min_length=1, max_length=100)


class Login(BaseModel):
    """The caller's key and what it may do."""

    keys_required: bool = Field(description="False if the server answers without keys")
    name: str | None = Field(description="Name of the key; null without one")
    scope: Scope | None = Field(description="What the caller may do; null: nothing without a key")


@router.get("/session")
def session(context: Context, key: Annotated[Key | None, Depends(caller)]) -> Login:
    """Return the caller's key and scope; this route needs no key."""
    if not context.keys:
        return Login(keys_required=False, name=None, scope=Scope.ADMIN)
    return Login(keys_required=True, name=key.name if key else None, scope=key.scope if key else None)


@router.post("/session")
def sign_in(asked: LoginRequest, context: Context, request: Request, response: Response) -> Login:
    """Store the key in a cookie, so that the pages can use the API."""
    key = context.keys.find(asked.key)
    if context.keys and key is None:
        raise KeyRequired("This key is not known: `g4qc api-key create` makes one.")
    if key is None:
        return Login(keys_required=False, name=None, scope=Scope.ADMIN)
    response.set_cookie(
        COOKIE,
        asked.key,
        max_age=COOKIE_SECONDS,
        httponly=True,
        samesite="strict",
        secure=request.url.scheme == "https",
    )
    return Login(keys_required=True, name=key.name, scope=key.scope)


@router.delete("/session", status_code=204)
def sign_out(response: Response) -> None:
    """Remove the key's cookie."""
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")

# SPDX-License-Identifier: GPL-3.0-or-later
"""Who asks, and what they may do.

A deployment takes ``Convex <key>``, the management API ``Bearer <token>``. A deploy key is for one deployment and may be
allowed a few actions only; a team's token and an admin key may do everything.
"""

from __future__ import annotations

import base64
import json
import re
import typing as t
from dataclasses import dataclass

from .state import ACTIONS, ConvexError, Deployment, Key, Token

if t.TYPE_CHECKING:
    from .vendor import Convex

KEY = re.compile(r"(?:(?:dev|prod|preview|project):)?(?P<name>[^|:]+)\|(?P<secret>.+)")


@dataclass
class Identity:
    """``holder`` None: nobody, as a browser of the app would ask."""

    holder: Key | Token | None
    allowed: frozenset[str]

    @property
    def admin(self) -> bool:
        return self.holder is not None

    def actor(self) -> dict[str, t.Any]:
        """As the audit log names it."""
        if self.holder is None or (isinstance(self.holder, Key) and self.holder.kind == "admin"):
            return {"kind": "system"}
        return {"kind": "token", "token_id": self.holder.id, "member_id": self.holder.creator}

    def require(self, action: str) -> None:
        if action not in self.allowed:
            raise ConvexError(403, "OperationNotPermitted", f"You do not have permission to perform this operation ({action}).")


NOBODY = Identity(None, frozenset())
# The deployment itself, when it runs what was scheduled.
SYSTEM = Identity(Key(0, "system", "", 0.0, kind="admin"), frozenset(ACTIONS))


def bad_deploy_key(deployment: Deployment) -> ConvexError:
    message = (
        f"The provided deploy key was invalid for deployment '{deployment.name}'. Double check that the environment this key "
        "was generated for matches the desired deployment."
    )
    return ConvexError(403, "BadDeployKey", message)


def at_deployment(convex: Convex, header: str | None) -> Identity:
    """No header is nobody; a header that is not understood is refused at once, whatever was asked."""
    if header is None:
        return NOBODY
    kind, _space, text = header.partition(" ")
    if kind.lower() == "bearer":
        raise ConvexError(401, "InvalidAuthHeader", "Could not parse JWT payload. Check that the token is a valid JWT format with three base64-encoded parts.")
    if kind.lower() != "convex" or not text:
        raise ConvexError(400, "InvalidHeaderFailure", "Malformed Authorization header.")
    return from_key(convex, text)


def from_key(convex: Convex, text: str) -> Identity:
    deployment = convex.deployment
    for token in convex.team.tokens:
        if token.secret == text and token.kind == "team" and (token.expires is None or token.expires > convex.world.now()):
            return _used(convex, token, ACTIONS)
    found = KEY.fullmatch(text)
    if found is None or found["name"] != deployment.name:
        raise bad_deploy_key(deployment)
    secret, _colon, acting = found["secret"].partition(":")
    for key in deployment.keys:
        if key.secret == secret:
            if key.expires is not None and key.expires <= convex.world.now():
                break
            identity = _used(convex, key, key.allowed)
            if acting:
                identity.require("deployment:functions:actAsUser")
                _acting_user(acting)
            return identity
    raise ConvexError(401, "BadAdminKey", "The provided admin key was invalid for this instance")


def _used(convex: Convex, holder: Key | Token, allowed: tuple[str, ...]) -> Identity:
    holder.last_used = convex.world.now()
    return Identity(holder, frozenset(allowed))


def _acting_user(text: str) -> None:
    try:
        json.loads(base64.b64decode(text, validate=True))
    except ValueError:
        raise ConvexError(400, "InvalidHeaderFailure", "Malformed Authorization header.") from None


def at_management(convex: Convex, header: str | None) -> Token:
    kind, _space, text = (header or "").partition(" ")
    for token in convex.team.tokens:
        if kind == "Bearer" and token.secret == text and (token.expires is None or token.expires > convex.world.now()):
            token.last_used = convex.world.now()
            return token
    raise ConvexError(401, "Unauthorized", "The provided access token is invalid.")

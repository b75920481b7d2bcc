"""The `requestState` of multi-round requests (MCP 2026-07-28): what the server lets the client keep for it. Pure.

When a call needs an answer of the human, the server gives the client its questions and a state, and forgets the call; the
client asks, and calls again with the answers and the state. The state is in the hands of the client, so it is sealed
(encrypted and authenticated, by the SDK's codec) under a key of the site, and it is good for one call only: of the same
user with the same credential, of the same tool with the same arguments, about the document as it was, for some minutes.

	sealer = Sealer(get_encryption_key())
	asked_for = Subject(caller.user, caller.credential, tool.name, arguments, version)
	token = sealer.seal(asked_for, {"asked": "delete"})                 # first round: goes out as requestState
	state = sealer.unseal(params.request_state, asked_for)              # second round: what was sealed, or InvalidState

**A state can be sent as often as the client likes until it expires.** That is harmless where the first time changes the document's
version. Where it does not (a document that is created), who acts on a state remembers `State.id` until `State.expires`, in
the same transaction, and refuses it the second time.
"""

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mcp.server.request_state import AESGCMRequestStateCodec, InvalidRequestState

LIFETIME = 600
"""Seconds that a human has for an answer."""
LONGEST = 8 * 1024
"""Characters of a token. Ours are some hundred; a longer one is not even looked at."""

PURPOSE = b"erpnext_mcp request state"
FORMAT = 1


@dataclass(frozen=True)
class Subject:
	"""What a state is about: the one call that it may be sent with.

	:param credential: of the caller, as the audit names it
	:param arguments: as validated; compared as JSON, whatever the order of keys
	:param version: of the document that the call is about; empty where there is none yet
	"""

	user: str
	credential: str
	tool: str
	arguments: Mapping[str, Any] = field(default_factory=dict)
	version: str = ""


@dataclass(frozen=True)
class State:
	"""What comes back of a state that is good."""

	id: str
	"""Another one for every state: to know one again that was acted on."""
	expires: float
	"""Seconds since 1970."""
	data: Mapping[str, Any]
	"""What was sealed."""


class InvalidState(Exception):
	"""Nothing that this site has sealed for this call. The client is told no more than that; the text is for the audit."""


class Outdated(InvalidState):
	"""It was ours, for this call; but it has expired, or the document has changed since. To be asked for anew."""


class Sealer:
	"""Seals and unseals the states of a site.

	:param encryption_key: of the site
	"""

	def __init__(self, encryption_key: str):
		self._codec = AESGCMRequestStateCodec([hmac.digest(encryption_key.encode(), PURPOSE, "sha256")])

	def seal(
		self,
		subject: Subject,
		data: Mapping[str, Any] | None = None,
		*,
		lifetime: float = LIFETIME,
		now: float | None = None,
	) -> str:
		"""The token for the client.

		:param data: JSON-compatible; what the second round needs to know of the first
		:raises ValueError: it is too much
		"""
		claims = {
			"format": FORMAT,
			"id": secrets.token_hex(16),
			"expires": (time.time() if now is None else now) + lifetime,
			"subject": _claims(subject),
			"version": subject.version,
			"data": dict(data or {}),
		}
		token = self._codec.seal(json.dumps(claims, separators=(",", ":")).encode())
		if len(token) > LONGEST:
			raise ValueError("a state holds some hundred characters")
		return token

	def unseal(self, token: object, subject: Subject, *, now: float | None = None) -> State:
		"""What was sealed for this very call.

		:param token: as the client sent it
		:raises Outdated: it was, but it is no longer good
		:raises InvalidState: it was not
		"""
		if not isinstance(token, str) or len(token) > LONGEST:
			raise InvalidState("no token")
		try:
			claims = json.loads(self._codec.unseal(token))
		except (InvalidRequestState, ValueError) as e:
			raise InvalidState(f"not sealed by this site: {e}") from None
		if claims.get("format") != FORMAT:
			raise InvalidState("sealed by another version")
		for what, claim in _claims(subject).items():
			if claims["subject"][what] != claim:
				raise InvalidState(f"sealed for another {what}")
		if not (time.time() if now is None else now) < claims["expires"]:
			raise Outdated("expired")
		if claims["version"] != subject.version:
			raise Outdated("the document has changed")
		return State(claims["id"], claims["expires"], claims["data"])


def _claims(subject: Subject) -> dict[str, str]:
	arguments = json.dumps(subject.arguments, sort_keys=True, separators=(",", ":"))
	return {
		"user": subject.user,
		"credential": subject.credential,
		"tool": subject.tool,
		"arguments": hashlib.sha256(arguments.encode()).hexdigest(),
	}

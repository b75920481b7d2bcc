"""One request on its way between the event loop and the thread that Frappe answers it on."""

import asyncio
import contextvars
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

Headers = list[tuple[bytes, bytes]]
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


@dataclass(frozen=True)
class Head:
	"""Status and headers of an answer."""

	status: int
	headers: Headers


class End:
	"""The answer is complete; what the application still does is done behind it."""


END = End()
Piece = Head | bytes | End


class Exchange:
	"""Runs a WSGI application for one request and hands on its answer while it comes: at once where its length is known, else
	piece by piece. Each handing on wakes the event loop."""

	def __init__(self, application: Application, environ: dict[str, Any]):
		self._application = application
		self._environ = environ
		self._loop = asyncio.get_running_loop()
		self._answer: asyncio.Queue[list[Piece | BaseException]] = asyncio.Queue()
		self._gone = False
		self._held: list[Piece | BaseException] = []
		self._is_whole = False
		"""Whether the body comes at once: the head tells its length."""
		self._late: BaseException | None = None

	def client_gone(self) -> None:
		"""Nobody waits any more: a stream ends at its next piece. What is answered at once is done to its end."""
		self._gone = True

	async def run(self, executor: Executor) -> AsyncIterator[Piece]:
		"""The head, the pieces of the body, and END as soon as there are no more; it is over when the application is.

		:raises Exception: the application's own, before it has given a head, in the middle of the body or behind it
		"""
		# In a context of its own: nothing of another request on that thread is to be seen, `frappe.local` included (T49).
		done = self._loop.run_in_executor(executor, contextvars.Context().run, self._work)
		try:
			piece: Piece | BaseException | None = None
			while piece is not END:
				for piece in await self._answer.get():
					if isinstance(piece, BaseException):
						raise piece
					yield piece
		finally:
			self.client_gone()
			await asyncio.shield(done)
		if self._late is not None:
			raise self._late

	def _work(self) -> None:
		"""On the thread. Never raises."""
		ended = False
		try:
			body = self._application(self._environ, self._start)
			try:
				for piece in body:
					if self._gone:
						break
					if piece:
						self._body(piece)
				self._hand_on(END)
				ended = True
			finally:
				# Ends Frappe's request, whatever became of it; a stream that is cut off ends here.
				close = getattr(body, "close", None)
				if close is not None:
					close()
		except BaseException as e:
			if ended:
				self._late = e
			else:
				self._hand_on(e)

	def _start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[..., Any]:
		encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
		self._is_whole = any(name == b"content-length" for name, _ in encoded)
		self._held.append(Head(int(status.split(" ", 1)[0]), encoded))
		return self._write

	def _write(self, piece: bytes) -> None:
		"""For what is told while the application works.

		:raises ConnectionResetError: to nobody
		"""
		if self._gone:
			raise ConnectionResetError("the client is gone")
		self._hand_on(piece)

	def _body(self, piece: bytes) -> None:
		if self._is_whole:
			# With it goes the end.
			self._held.append(piece)
		else:
			self._hand_on(piece)

	def _hand_on(self, piece: Piece | BaseException) -> None:
		held, self._held = [*self._held, piece], []
		self._loop.call_soon_threadsafe(self._answer.put_nowait, held)

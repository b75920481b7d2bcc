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


class Exchange:
	"""Runs a WSGI application for one request and hands on its answer piece by piece, while it comes."""

	def __init__(self, application: Application, environ: dict[str, Any]):
		self._application = application
		self._environ = environ
		self._loop = asyncio.get_running_loop()
		self._answer: asyncio.Queue[Head | bytes | BaseException | None] = asyncio.Queue()
		self._gone = False

	def client_gone(self) -> None:
		"""Nobody waits any more: a stream ends at its next piece. What is answered at once is done to its end."""
		self._gone = True

	async def run(self, executor: Executor) -> AsyncIterator[Head | bytes]:
		"""The head, then the pieces of the body.

		:raises Exception: the application's own, before it has given a head or in the middle of the body
		"""
		# In a context of its own: nothing of another request on that thread is to be seen, `frappe.local` included (T49).
		done = self._loop.run_in_executor(executor, contextvars.Context().run, self._work)
		try:
			while (piece := await self._answer.get()) is not None:
				if isinstance(piece, BaseException):
					raise piece
				yield piece
		finally:
			self.client_gone()
			await asyncio.shield(done)

	def _work(self) -> None:
		"""On the thread. Never raises."""
		try:
			body = self._application(self._environ, self._start)
			try:
				for piece in body:
					if self._gone:
						break
					if piece:
						self._hand_on(piece)
			finally:
				# Ends Frappe's request, whatever became of it; a stream that is cut off ends here.
				close = getattr(body, "close", None)
				if close is not None:
					close()
			self._hand_on(None)
		except BaseException as e:
			self._hand_on(e)

	def _start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[..., Any]:
		encoded = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
		self._hand_on(Head(int(status.split(" ", 1)[0]), encoded))
		return self._write

	def _write(self, piece: bytes) -> None:
		"""For what is told while the application works.

		:raises ConnectionResetError: to nobody
		"""
		if self._gone:
			raise ConnectionResetError("the client is gone")
		self._hand_on(piece)

	def _hand_on(self, piece: Head | bytes | BaseException | None) -> None:
		self._loop.call_soon_threadsafe(self._answer.put_nowait, piece)

"""Child processes that don't outlive us."""

import ctypes
import signal

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def die_with_parent() -> None:
	"""For Popen's `preexec_fn`: the kernel ends the child when the thread that started it ends, even if we are killed."""
	_libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def be_killed_with_parent() -> None:
	"""The same without a chance to say no: a server that is stopping may wait for a connection that never ends."""
	_libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)

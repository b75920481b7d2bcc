"""Answers kept in Redis for all workers: each for a generation (`generations`), for a time, and no more than so many.

Knows keys and texts; what makes two calls the same is said by who asks. Every function takes one round trip.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha1

import frappe
from redis.exceptions import NoScriptError, RedisError

from erpnext_mcp.limits import generations

PREFIX = "erpnext_mcp:answer:"
INDEX = "erpnext_mcp:answers"
"""A sorted set of the keys of answers, by the time they end."""
USED = "erpnext_mcp:answers_used"
"""A hash: hits and misses."""

LARGEST = 64 * 1024
"""Bytes of an answer that is kept; with the number of entries it bounds what they take of Redis."""

# KEYS: generations, answer, used. ARGV: a token for generations that there are none of, then their names.
FIND = """
local found = {}
for i = 2, #ARGV do
	local token = redis.call('HGET', KEYS[1], ARGV[i])
	if not token then
		token = ARGV[1]
		redis.call('HSET', KEYS[1], ARGV[i], token)
	end
	found[#found + 1] = token
end
local generation = table.concat(found, ' ') .. '\\n'
local kept = redis.call('GET', KEYS[2])
if kept and string.sub(kept, 1, #generation) == generation then
	redis.call('HINCRBY', KEYS[3], 'hits', 1)
	return {generation, string.sub(kept, #generation + 1)}
end
redis.call('HINCRBY', KEYS[3], 'misses', 1)
return {generation}
"""

# KEYS: answer, index. ARGV: text, seconds, entries. The answers that end first make room.
KEEP = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
redis.call('ZADD', KEYS[2], string.format('%.6f', now + tonumber(ARGV[2])), KEYS[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('%.6f', now))
local surplus = redis.call('ZCARD', KEYS[2]) - tonumber(ARGV[3])
if surplus > 0 then
	local ended = redis.call('ZPOPMIN', KEYS[2], surplus)
	for i = 1, #ended, 2 do redis.call('DEL', ended[i]) end
end
"""

# KEYS: used, index.
STATISTICS = """
local time = redis.call('TIME')
return {
	tonumber(redis.call('HGET', KEYS[1], 'hits') or 0),
	tonumber(redis.call('HGET', KEYS[1], 'misses') or 0),
	redis.call('ZCOUNT', KEYS[2], time[1], '+inf')
}
"""


@dataclass(frozen=True)
class Found:
	"""`generation` is the one to keep an answer under that is read from now on; `text` what was kept, None for nothing."""

	generation: bytes
	text: bytes | None = None


def find(key: str, doctypes: Sequence[str]) -> Found | None:
	"""What was kept under a key, if nothing has changed since; None while Redis is away: then nothing can be kept.

	What is read to be kept must be read in a snapshot that begins after this.

	:param doctypes: those whose documents the answer depends on
	"""
	keys = (generations.KEY, PREFIX + key, USED)
	names = (generations.EVERYTHING, *doctypes)
	try:
		found = _run(FIND, keys, frappe.generate_hash(length=12), *names)
	except RedisError:
		return None
	return Found(*found)


def keep(key: str, generation: bytes, text: bytes, seconds: int, entries: int) -> None:
	"""Keeps an answer, unless it is large.

	:param generation: of `find`, from before it was read
	:param entries: so many are kept of a site at most
	"""
	if len(text) > LARGEST:
		return
	try:
		_run(KEEP, (PREFIX + key, INDEX), generation + text, seconds, entries)
	except RedisError:
		return


def statistics() -> dict[str, int]:
	"""`{hits, misses, entries}` of the site since Redis was emptied; nothing while it is away."""
	try:
		hits, misses, entries = _run(STATISTICS, (USED, INDEX))
	except RedisError:
		return {}
	return {"hits": hits, "misses": misses, "entries": entries}


def _run(script: str, keys: Sequence[str], *arguments):
	digest = sha1(script.encode(), usedforsecurity=False).hexdigest()
	all_arguments = (len(keys), *(frappe.cache.make_key(key) for key in keys), *arguments)
	try:
		return frappe.cache.evalsha(digest, *all_arguments)
	except NoScriptError:
		return frappe.cache.eval(script, *all_arguments)

"""Windows in Redis: one for all workers and machines, counted by Redis's own clock, in one round trip."""

from collections.abc import Sequence
from hashlib import sha1

import frappe
from redis.exceptions import NoScriptError

from erpnext_mcp.limits.window import BUCKETS, Count, Window

# KEYS: a hash for each window, of bucket number → units. ARGV: mode, buckets, then seconds, limit and amount of each window.
# A call that is refused is not counted, so at `retry_after` there is room unless others took it.
SCRIPT = """
local mode, buckets = ARGV[1], tonumber(ARGV[2])
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local wait, used = 0, {}
for i, key in ipairs(KEYS) do
	local width = tonumber(ARGV[i * 3]) / buckets
	local limit, amount = tonumber(ARGV[i * 3 + 1]), tonumber(ARGV[i * 3 + 2])
	local current = math.floor(now / width)
	local flat, kept, sum = redis.call('HGETALL', key), {}, 0
	for j = 1, #flat, 2 do
		local bucket, units = tonumber(flat[j]), tonumber(flat[j + 1])
		-- A clock that was set back has left buckets of the future; they would never go.
		if bucket < current - buckets or bucket > current then
			if mode ~= 'peek' then redis.call('HDEL', key, flat[j]) end
		else
			kept[#kept + 1] = {bucket, units}
			sum = sum + units
		end
	end
	used[i] = sum
	local over = sum + math.max(amount, 1) - limit
	if mode == 'take' and over > 0 then
		table.sort(kept, function(a, b) return a[1] < b[1] end)
		for _, one in ipairs(kept) do
			over = over - one[2]
			if over <= 0 then
				wait = math.max(wait, math.ceil((one[1] + buckets + 1) * width - now), 1)
				break
			end
		end
		-- More than the whole window holds: it never fits.
		if over > 0 then wait = math.max(wait, tonumber(ARGV[i * 3])) end
	end
end
if mode ~= 'peek' and wait == 0 then
	for i, key in ipairs(KEYS) do
		local seconds, amount = tonumber(ARGV[i * 3]), tonumber(ARGV[i * 3 + 2])
		if amount > 0 then
			redis.call('HINCRBY', key, string.format('%d', math.floor(now / (seconds / buckets))), amount)
			redis.call('EXPIRE', key, math.ceil(seconds + seconds / buckets))
			used[i] = used[i] + amount
		end
	end
end
return {wait, unpack(used)}
"""
DIGEST = sha1(SCRIPT.encode(), usedforsecurity=False).hexdigest()


def count(mode: str, windows: Sequence[Window]) -> Count:
	"""Counts in windows, atomically.

	:param mode: TAKE, ADD or PEEK of `window`
	:raises redis.exceptions.RedisError: Redis can't be reached, or can't do it
	"""
	arguments = [
		len(windows),
		*(frappe.cache.make_key(w.key) for w in windows),
		mode,
		BUCKETS,
		*(number for w in windows for number in (w.seconds, w.limit, w.amount)),
	]
	try:
		wait, *used = frappe.cache.evalsha(DIGEST, *arguments)
	except NoScriptError:
		wait, *used = frappe.cache.eval(SCRIPT, *arguments)
	return Count(wait, used)


def forget(key: str) -> None:
	"""Empties a window.

	:raises redis.exceptions.RedisError: Redis can't be reached
	"""
	frappe.cache.delete(frappe.cache.make_key(key))

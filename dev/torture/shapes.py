"""The documents of the torture and what must hold in each of them, whoever reads it and whenever.

An account's parts add up: `left_part` and `right_part` to WHOLE, the shares of its rows to `left_part`; each row carries the account's
`counter`, which every change raises by one. Changes move `balance` from one account of a region to another, so that a region's sum
stays what it was. An order has LINES rows with its token, whose shares add up to its total.
"""

import re
from collections.abc import Mapping
from typing import Any

ACCOUNT, PART, ORDER, LINE, INVOICE = (
	"Torture Account",
	"Torture Part",
	"Torture Order",
	"Torture Line",
	"Sales Invoice",
)
WHOLE = 1000
BALANCE = 1000
PER_REGION = 12
PARTS = LINES = 3

CONCEALED = "CONCEALED"
"""What every value of the hidden field begins with; in no answer to anybody."""
EXTRA = "EXTRA"
"""The same of the field that is hidden and shown again."""
_TITLE = re.compile(r"own-(\d+)-")


def account_name(region: str, number: int) -> str:
	return f"{region}-{number:02d}"


def account_names(regions: tuple[str, ...]) -> list[str]:
	return sorted(account_name(region, i) for region in regions for i in range(PER_REGION))


def region_of(name: str) -> str:
	return name.partition("-")[0]


def title(client: int, token: str) -> str:
	"""Of an order; tells whose it is wherever it is met."""
	return f"own-{client}-{token}"


def leaks(raw: str, clients: frozenset[int], extra: bool) -> str:
	"""What is in an answer that must not be in it, anywhere.

	:param clients: of the same user: their orders are his own
	:param extra: whether the caller may see that field
	"""
	if CONCEALED in raw:
		return "a hidden field's value is in it"
	if not extra and EXTRA in raw:
		return "the value of a field that is hidden by now is in it"
	others = {int(n) for n in _TITLE.findall(raw)} - clients
	return f"an order of client {min(others)} is in it" if others else ""


def wrong_account(account: Mapping[str, Any]) -> str:
	"""What does not hold in an account; as far as its fields and rows are there."""
	name = account.get("name")
	if region_of(str(name)) != account.get("region", region_of(str(name))):
		return f"{name} has region {account['region']}"
	if account["left_part"] + account["right_part"] != WHOLE:
		return f"{name}: {account['left_part']} + {account['right_part']} is not {WHOLE}"
	rows = account.get("parts")
	if rows is None:
		return ""
	if len(rows) != PARTS:
		return f"{name} has {len(rows)} rows"
	if sum(row["share"] for row in rows) != account["left_part"]:
		return f"{name}: its rows don't add up"
	if {row["stamp"] for row in rows} != {account["counter"]}:
		return f"{name}: rows of another state than {account['counter']}"
	return ""


def wrong_order(order: Mapping[str, Any]) -> str:
	"""The same of an order."""
	name, rows = order.get("name"), order.get("lines")
	if order["title"] != title(order["client"], order["token"]):
		return f"{name}: title and token don't belong together"
	if rows is None:
		return ""
	if len(rows) != LINES or {row["token"] for row in rows} != {order["token"]}:
		return f"{name} has not its own {LINES} rows"
	if sum(row["share"] for row in rows) != order["total"]:
		return f"{name}: its rows don't add up"
	return ""

"""Arguments that several tools share, so that they mean the same everywhere."""

from typing import Any

DOCTYPE: dict[str, Any] = {
	"type": "string",
	"minLength": 1,
	"maxLength": 140,
	"description": "DocType, e.g. Customer",
}
NAME: dict[str, Any] = {
	"type": "string",
	"minLength": 1,
	"maxLength": 255,
	"description": "Exact name (ID) of the document",
}
FIELDS: dict[str, Any] = {
	"type": "array",
	"items": {"type": "string", "maxLength": 140},
	"maxItems": 200,
}
FILTERS: dict[str, Any] = {
	"type": ["object", "array", "string"],
	"items": {},
	"description": 'All must hold. {"status":"Open","grand_total":[">",100]} or [["status","in",["Open","Paid"]]]. '
	"Operators: = != > < >= <= like, not like, in, not in, between, is (set | not set)",
}
OR_FILTERS: dict[str, Any] = {**FILTERS, "description": "The same shapes; at least one must hold"}

"""Values as answers have them (`documents.values`)."""

import datetime

import pytest

from erpnext_mcp.documents.values import plain


@pytest.mark.parametrize(
	("span", "text"),
	[
		({"hours": 12, "minutes": 30}, "12:30:00"),
		({}, "00:00:00"),
		({"hours": 9, "seconds": 5, "microseconds": 500}, "09:00:05.000500"),
		({"hours": 100}, "100:00:00"),
		({"minutes": -90}, "-01:30:00"),
	],
)
def test_times_as_mariadb_gives_them(span, text):
	assert plain(datetime.timedelta(**span), "Time") == text

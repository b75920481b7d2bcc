"""What a mask leaves of a value (DESIGN §5, T27, T70)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erpnext_mcp import masks

KEY = masks.key_for("site secret", "site", "profile", "Customer", "", "tax_id")


@pytest.mark.parametrize("value", [None, "", "x", "DE123456789", 0, 5.5])
def test_full_is_one_constant_for_empty_and_set_alike(value):
	assert masks.mask(masks.FULL, value, b"") == masks.FULL_MASK


@pytest.mark.parametrize(
	("value", "expected"),
	[
		("DE123456789", "********6789"),
		("12345678", "********5678"),
		("1234567", "********"),
		("", "********"),
		(None, "********"),
	],
)
def test_last_four_leaves_at_least_four_hidden(value, expected):
	assert masks.mask(masks.LAST_FOUR, value, b"") == expected


@given(st.text(), st.text())
def test_t70_hash_shows_equality_and_nothing_else(one, two):
	first, second = (masks.mask(masks.HASH, value, KEY) for value in (one, two))
	assert (first == second) == (one == two)
	assert len(first) == len(second)


def test_t70_hash_differs_by_site_profile_doctype_and_field():
	scopes = [
		("site", "profile", "Customer", "", "tax_id"),
		("other", "profile", "Customer", "", "tax_id"),
		("site", "other", "Customer", "", "tax_id"),
		("site", "profile", "Supplier", "", "tax_id"),
		("site", "profile", "Customer", "", "phone"),
		("site", "profile", "Customer", "rows", "tax_id"),
		("site", "profil", "eCustomer", "", "tax_id"),
	]
	tokens = {masks.mask(masks.HASH, "DE1", masks.key_for("secret", *scope)) for scope in scopes}
	tokens.add(masks.mask(masks.HASH, "DE1", masks.key_for("another secret", *scopes[0])))
	assert len(tokens) == len(scopes) + 1


def test_empty_and_unset_hash_alike():
	assert masks.mask(masks.HASH, None, KEY) == masks.mask(masks.HASH, "", KEY)


@given(st.text(), st.sampled_from(masks.STYLES))
def test_t27_every_mask_is_recognised_when_it_comes_back(value, style):
	assert masks.is_mask(masks.mask(style, value, KEY))


@pytest.mark.parametrize("value", ["", "Acme", "*", "****", "masked:", "masked:xyz", 8, None, "x********"])
def test_t27_values_are_not_taken_for_masks(value):
	assert not masks.is_mask(value)


@pytest.mark.parametrize(
	("fieldtype", "styles"),
	[
		("Data", masks.STYLES),
		("Link", (masks.FULL, masks.HASH)),
		("Currency", (masks.FULL,)),
		("Date", (masks.FULL,)),
		("Check", (masks.FULL,)),
	],
)
def test_t70_low_entropy_types_are_only_masked_in_full(fieldtype, styles):
	assert masks.allowed_styles(fieldtype) == styles

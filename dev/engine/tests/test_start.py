import frappe
import httpx


def test_a_site_with_the_apps(site):
	assert frappe.session.user == "Administrator"
	assert frappe.get_installed_apps()[0] == "frappe"
	assert "erpnext_mcp" in frappe.get_installed_apps()


def test_it_is_served(site, server):
	answer = httpx.get(f"{server.base_url}/api/method/ping")
	assert (answer.status_code, answer.json()) == (200, {"message": "pong"})

import frappe
import httpx


def test_a_site_with_the_apps(site):
	assert frappe.session.user == "Administrator"
	assert frappe.get_installed_apps()[0] == "frappe"
	assert "erpnext_mcp" in frappe.get_installed_apps()


def test_it_is_served(site, server):
	answer = httpx.get(f"{server.base_url}/api/method/ping")
	assert (answer.status_code, answer.json()) == (200, {"message": "pong"})


def test_more_processes_serve_the_same_site(site, server, start_server):
	more = start_server()
	assert more.base_url != server.base_url
	frappe.cache.set_value("shared", "by all")
	headers = {"Authorization": "token k:s"}
	user = frappe.get_doc("User", "Administrator")
	user.update({"api_key": "k", "api_secret": "s"}).save()
	frappe.db.commit()
	for one in (server, more):
		answer = httpx.get(f"{one.base_url}/api/method/frappe.auth.get_logged_user", headers=headers)
		assert answer.json() == {"message": "Administrator"}

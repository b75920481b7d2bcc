"""A served site: keep-alive, files, the desk, keys, tokens, and many requests at once."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import frappe
import httpx
import pytest

from dev.engine import paths, serve, sites

from .conftest import api_key


@pytest.fixture(scope="module")
def client(server):
	with httpx.Client(base_url=server.base_url, headers=api_key()) as client:
		yield client


def test_it_answers_and_keeps_the_connection(client):
	answer = client.get("/api/method/ping")
	assert (answer.status_code, answer.json(), answer.http_version) == (200, {"message": "pong"}, "HTTP/1.1")
	assert answer.headers.get("connection") != "close"


def test_an_api_key_says_who_calls(client, server):
	assert client.get("/api/method/frappe.auth.get_logged_user").json() == {"message": "Administrator"}
	wrong = {"Authorization": "token no:such"}
	assert (
		httpx.get(f"{server.base_url}/api/method/frappe.auth.get_logged_user", headers=wrong).status_code
		== 401
	)


def test_an_oauth_token_says_who_calls(server):
	app = frappe.get_doc(
		{
			"doctype": "OAuth Client",
			"app_name": "engine",
			"scopes": "all",
			"default_redirect_uri": "http://localhost",
		}
	).insert()
	token = frappe.get_doc(
		{
			"doctype": "OAuth Bearer Token",
			"client": app.name,
			"user": "Administrator",
			"scopes": "all",
			"access_token": "engine-token",
			"expires_in": 3600,
			"status": "Active",
		}
	).insert()
	frappe.db.commit()
	try:
		url = f"{server.base_url}/api/method/frappe.auth.get_logged_user"
		answer = httpx.get(url, headers={"Authorization": "Bearer engine-token"})
		assert answer.json() == {"message": "Administrator"}
		assert httpx.get(url, headers={"Authorization": "Bearer other"}).status_code in (401, 403)
	finally:
		token.delete()
		app.delete()
		frappe.db.commit()


def test_login_and_the_desk(server):
	with httpx.Client(base_url=server.base_url, follow_redirects=True) as browser:
		assert "/login" in browser.get("/desk").url.path + str(browser.get("/desk").url.query)
		wrong = browser.post("/api/method/login", data={"usr": "Administrator", "pwd": "wrong"})
		assert wrong.status_code == 401
		login = {"usr": "Administrator", "pwd": sites.ADMIN_PASSWORD}
		assert browser.post("/api/method/login", data=login).json()["message"] == "Logged In"
		for path in ("/desk", "/app"):
			page = browser.get(path)
			assert page.status_code == 200
			assert "frappe.boot" in page.text and "setup-wizard" not in page.url.path


def test_a_form_and_a_link_search(client):
	answer = client.get("/api/method/frappe.desk.form.load.getdoctype", params={"doctype": "User"})
	assert answer.json()["docs"][0]["name"] == "User"
	answer = client.post(
		"/api/method/frappe.desk.search.search_link", data={"doctype": "Role", "txt": "system man"}
	)
	assert [row["value"] for row in answer.json()["message"]] == ["System Manager"]


def test_files(client, server):
	for private, status in ((0, 200), (1, 403)):
		answer = client.post(
			"/api/method/upload_file", files={"file": ("engine.txt", b"in it")}, data={"is_private": private}
		)
		url = answer.json()["message"]["file_url"]
		assert client.get(url).content == b"in it"
		assert httpx.get(server.base_url + url).status_code == status
		frappe.delete_doc("File", answer.json()["message"]["name"])
		frappe.db.commit()


def test_arguments_are_converted_by_their_annotations(client):
	"""As Link fields of the Desk send them; and what can't be converted is refused."""
	arguments = {
		"doctype": "User",
		"txt": "",
		"ignore_user_permissions": "0",
		"reference_doctype": "Has Role",
		"link_fieldname": "role",
	}
	path = "/api/method/frappe.desk.search.search_link"
	answer = client.get(path, params=arguments)
	assert answer.status_code == 200 and answer.json()["message"], answer.text
	assert (
		client.get(path, params=arguments | {"page_length": "many"}).json()["exc_type"] == "FrappeTypeError"
	)


def test_parallel_posts_all_write(client):
	def post(number: int) -> httpx.Response:
		return client.post("/api/resource/ToDo", json={"description": f"engine {number}"})

	with ThreadPoolExecutor(8) as pool:
		answers = list(pool.map(post, range(64)))
	assert {answer.status_code for answer in answers} == {200}
	frappe.db.rollback()
	names = frappe.get_all("ToDo", {"description": ["like", "engine %"]}, pluck="name")
	assert set(names) == {answer.json()["data"]["name"] for answer in answers}
	frappe.db.delete("ToDo", {"name": ["in", names]})
	frappe.db.commit()


def test_the_host_names_the_site(client, site):
	from dev.engine.mends.sites import site_of_request

	def asked(**headers: str) -> str | None:
		return site_of_request({key.replace("_", "-"): value for key, value in headers.items()}, ".")

	assert asked(Host=f"{site.name}:8000") == site.name
	assert asked(Host="127.0.0.1:8000", X_Frappe_Site_Name=site.name) == site.name
	assert asked(Host="no.such.site") is asked(Host=f"../sites/{site.name}") is asked() is None


def test_a_port_in_use_is_said(server, site):
	port = int(server.base_url.rpartition(":")[2])
	with pytest.raises(serve.PortInUse, match=str(port)):
		serve.start_in_thread(site.name, port)


def test_a_server_process_ends_with_its_parent(site):
	script = """if True:
		import os, sys
		from pathlib import Path
		from dev.engine import serve
		print(serve.start_process(Path(sys.argv[1]), sys.argv[2]).base_url, flush=True)
		os.kill(os.getpid(), 9)
	"""
	command = [sys.executable, "-c", script, str(site.bench), site.name]
	url = subprocess.run(command, cwd=paths.ROOT, stdout=subprocess.PIPE, text=True).stdout.strip()
	deadline = time.monotonic() + 20
	with pytest.raises((httpx.ConnectError, httpx.ReadError)):
		while time.monotonic() < deadline:
			httpx.get(f"{url}/api/method/ping")
			time.sleep(0.1)

app_name = "engine_probe"
app_title = "Engine Probe"
app_publisher = "erpnext_mcp contributors"
app_description = "Tests of the embedded engine"
app_email = "erpnext-mcp@example.com"
app_license = "mit"

required_apps = ["frappe"]

before_install = "engine_probe.events.before_install"
after_install = "engine_probe.events.after_install"
before_uninstall = "engine_probe.events.before_uninstall"
before_migrate = ["engine_probe.events.before_migrate"]
after_migrate = ["engine_probe.events.after_migrate"]

before_request = ["engine_probe.requests.before"]
after_request = ["engine_probe.requests.after"]
auth_hooks = ["engine_probe.requests.authenticate"]
page_renderer = ["engine_probe.requests.Page"]
website_route_rules = [{"from_route": "/engine-probe-route", "to_route": "engine-probe-page"}]
jinja = {"methods": ["engine_probe.events.shout"]}

doc_events = {"Engine Probe": {"validate": "engine_probe.events.on_validate"}}
scheduler_events = {"daily": ["engine_probe.events.daily"]}

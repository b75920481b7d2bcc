"""The wheel names a picture that it doesn't hold as its logo: /login and the desk showed a broken one."""

from dev.engine.edit import Edit

EDITS = [
	Edit(
		"hooks.py", "/assets/frappe/images/frappe-logo.svg", "/assets/frappe/images/frappe-framework-logo.svg"
	)
]

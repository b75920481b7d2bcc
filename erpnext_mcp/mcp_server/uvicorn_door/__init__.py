"""The uvicorn door: the same server as an ASGI app, for many clients at once and for streams that last.

A request passes Frappe's own WSGI application on a thread of the door's pool: maintenance mode, hooks, authentication and
the end of the request are Frappe's, and the same as in the site's own workers. The event loop only carries bytes.
"""

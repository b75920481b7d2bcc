// Whitelisted methods by the verb that they are for: on v15 frappe.xcall knows POST only.
//
// First made for the Connect page; free for every bundle.

export const get = (method, args, options) => call("GET", method, args, options);

export const post = (method, args, options) => call("POST", method, args, options);

/** What the method returns; what it refuses, Frappe shows by itself. */
function call(type, method, args, options = {}) {
	return new Promise((resolve, reject) => {
		frappe.call({
			method,
			args,
			type,
			callback: (r) => resolve(r.message),
			error: reject,
			...options,
		});
	});
}

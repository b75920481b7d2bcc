// The value of an Authorization header, from what somebody pastes. Pure.

const HEX = /^[0-9a-f]+$/;
const PLACEHOLDER = "YOUR_API_SECRET";

/**
 * "token key:secret", "key:secret", "Authorization: ...", a bearer token with its scheme, or the secret alone.
 * @param {string} key the user's own API key, "" for none: what a lone secret belongs to
 * @returns {string} "" where nothing can be made of it
 */
export function authorization_of(text, key) {
	const value = text.trim().replace(/^authorization\s*:\s*/i, "");
	if (!value || /[^\x21-\x7e ]/.test(value)) return "";
	const scheme = /^(token|bearer|basic) +(\S+)$/i.exec(value);
	if (scheme) return `${scheme[1]} ${scheme[2]}`;
	if (/\s/.test(value)) return "";
	if (/^[^:]+:[^:]+$/.test(value)) return `token ${value}`;
	return key && !value.includes(":") ? `token ${key}:${value}` : "";
}

/** A snippet with the secret in it. Frappe's secrets are hexadecimal, so no quoting of any language touches them. */
export function filled(text, secret) {
	return secret && HEX.test(secret) ? text.split(PLACEHOLDER).join(secret) : text;
}

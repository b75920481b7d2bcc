/** A script that adds `css` to the page it is loaded by. */
export function injectedStyle(css) {
	return `document.head.append(Object.assign(document.createElement("style"), { textContent: ${JSON.stringify(css)} }));`;
}

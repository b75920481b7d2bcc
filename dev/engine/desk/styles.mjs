// The `*.bundle.scss` files: sass, then the plain CSS that they import, then a copy that runs right to left.

import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import rtlcss from "rtlcss";
import * as sass from "sass";
import { NODE_MODULES, inlineImports } from "./inline_imports.mjs";

/** The two ways in which Frappe's styles name a package of npm's: `~package/...` and through its own node_modules. */
const PACKAGE = /^(?:~|frappe\/public\/node_modules\/)(.*)$/;

export async function buildStyles({ out, apps, bundles }) {
	const assets = {};
	const failed = [];
	for (const { app, file, name } of bundles) {
		const target = name.replace(/\.s?css$/, "");
		try {
			const css = await inlineImports(compile(file, apps), path.dirname(file), (url) => locate(url, apps));
			for (const [folder, key, text] of [
				["css", `${target}.css`, css],
				["css-rtl", `rtl_${target}.css`, rtlcss.process(css)],
			])
				assets[key] = write(out, `${app}/dist/${folder}`, target, text);
		} catch (error) {
			failed.push({ bundle: name, errors: [error.message] });
		}
	}
	return { assets, failed };
}

/** Turns what an import says into a path without deciding whether anything is there. */
function locate(url, apps) {
	const fromPackage = PACKAGE.exec(url);
	if (fromPackage) return path.join(NODE_MODULES, fromPackage[1]);
	const [app, ...rest] = url.split("/");
	return app in apps ? path.join(apps[app], ...rest) : null;
}

function compile(file, apps) {
	const findFileUrl = (url) => {
		const located = locate(url, apps);
		return located ? pathToFileURL(located) : null;
	};
	return sass.compile(file, { importers: [{ findFileUrl }], loadPaths: [NODE_MODULES], logger: sass.Logger.silent }).css;
}

function write(out, folder, target, text) {
	const hash = createHash("sha1").update(text).digest("hex").slice(0, 8).toUpperCase();
	const file = `${folder}/${target}.${hash}.css`;
	fs.mkdirSync(path.join(out, folder), { recursive: true });
	fs.writeFileSync(path.join(out, file), text);
	return `/assets/${file}`;
}

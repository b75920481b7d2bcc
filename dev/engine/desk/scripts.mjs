// The `*.bundle.js` files: one esbuild run for all of them, so that what they share is parsed once.

import fs from "node:fs";
import path from "node:path";
import * as esbuild from "esbuild";
import { NODE_MODULES } from "./inline_imports.mjs";
import { injectedStyle } from "./injected_style.mjs";
import { vue } from "./vue.mjs";

/** An imported `.html` file is a template of the Desk's: `import "./page.html"` fills `frappe.templates["page"]`. */
const templates = {
	name: "templates",
	setup(build) {
		build.onLoad({ filter: /\.html$/ }, ({ path: file }) => {
			const name = path.basename(file).split(".")[0];
			const html = fs.readFileSync(file, "utf8");
			return { contents: `frappe.templates[${JSON.stringify(name)}] = ${JSON.stringify(html)};` };
		});
	},
};

/** CSS that a script imports travels inside the script, as the Desk asks for the script alone. */
const importedStyles = {
	name: "imported-styles",
	setup(build) {
		build.onLoad({ filter: /\.css$/ }, ({ path: file }) => ({ contents: injectedStyle(fs.readFileSync(file, "utf8")) }));
	},
};

const served = {
	name: "served",
	setup(build) {
		build.onResolve({ filter: /^\/assets\// }, ({ path: url }) => ({ path: url, external: true }));
	},
};

export async function buildScripts({ out, bundles }) {
	const options = {
		outdir: out,
		entryNames: "[dir]/[name].[hash]",
		bundle: true,
		minify: true,
		metafile: true,
		target: "es2020",
		nodePaths: [NODE_MODULES],
		legalComments: "none",
		logLevel: "silent",
		plugins: [served, templates, importedStyles, vue],
		define: {
			"process.env.NODE_ENV": '"production"',
			__VUE_OPTIONS_API__: "true",
			__VUE_PROD_DEVTOOLS__: "false",
			__VUE_PROD_HYDRATION_MISMATCH_DETAILS__: "false",
		},
	};
	const assets = {};
	const failed = [];
	const build = async (group) => {
		const entryPoints = group.map(({ app, file, name }) => ({ in: file, out: `${app}/dist/js/${path.parse(name).name}` }));
		const { metafile } = await esbuild.build({ ...options, entryPoints });
		for (const [output, { entryPoint }] of Object.entries(metafile.outputs)) {
			const bundle = group.find(({ file }) => path.resolve(entryPoint) === file);
			assets[bundle.name.replace(/\.ts$/, ".js")] = "/assets/" + path.relative(out, output);
		}
	};
	try {
		await build(bundles);
	} catch {
		// Some bundle is broken. One by one, so that the others are built all the same.
		for (const bundle of bundles)
			await build([bundle]).catch((error) => failed.push({ bundle: bundle.name, errors: messages(error) }));
	}
	return { assets, failed };
}

function messages(error) {
	return (error.errors ?? [{ text: String(error) }]).map(({ text, location }) => (location ? `${text} (${location.file})` : text));
}

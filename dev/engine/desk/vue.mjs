// Vue's single-file components for esbuild: `<script>` or `<script setup>`, a template, styles in CSS or SCSS.

import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import * as sass from "sass";
import { compileScript, compileStyle, compileTemplate, parse } from "vue/compiler-sfc";
import { inlineImports } from "./inline_imports.mjs";
import { injectedStyle } from "./injected_style.mjs";

export const vue = {
	name: "vue",
	setup(build) {
		build.onLoad({ filter: /\.vue$/ }, async ({ path: file }) => {
			const { contents, errors } = await compile(file);
			return { contents, errors: errors.map((error) => ({ text: String(error.message ?? error), location: { file } })) };
		});
	},
};

async function compile(filename) {
	const { descriptor, errors } = parse(fs.readFileSync(filename, "utf8"), { filename });
	if (errors.length) return { contents: "", errors };

	const id = createHash("sha1").update(filename).digest("hex").slice(0, 8);
	const scoped = descriptor.styles.some((style) => style.scoped);
	const parts = [];
	if (descriptor.script || descriptor.scriptSetup) {
		const inlineTemplate = Boolean(descriptor.scriptSetup);
		parts.push(compileScript(descriptor, { id, inlineTemplate, genDefaultAs: "component", templateOptions: { scoped } }).content);
	} else {
		parts.push("const component = {};");
	}
	if (descriptor.template && !descriptor.scriptSetup) {
		const template = compileTemplate({ id, filename, scoped, source: descriptor.template.content });
		errors.push(...template.errors);
		parts.push(template.code, "component.render = render;");
	}
	for (const style of descriptor.styles) {
		const css = style.lang === "scss" ? fromScss(style.content, filename) : style.content;
		const result = compileStyle({ id: `data-v-${id}`, filename, source: css, scoped: style.scoped });
		errors.push(...result.errors);
		parts.push(injectedStyle(await inlineImports(result.code, path.dirname(filename))));
	}
	if (scoped) parts.push(`component.__scopeId = "data-v-${id}";`);
	parts.push("export default component;");
	return { contents: parts.join("\n"), errors };
}

function fromScss(source, filename) {
	return sass.compileString(source, { loadPaths: [path.dirname(filename)], logger: sass.Logger.silent }).css;
}

// A browser would ask the server for each `@import` of plain CSS: they are put in their place instead.

import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

export const NODE_MODULES = fileURLToPath(new URL("./node_modules", import.meta.url));

/** `locate` may turn what an import says into a path; pictures and fonts stay where they are served from. */
export async function inlineImports(css, resolveDir, locate = () => null) {
	const imports = {
		name: "imports",
		setup(build) {
			build.onResolve({ filter: /./ }, ({ path: url, kind }) => {
				if (kind === "url-token" || /^https?:/.test(url)) return { path: url, external: true };
				const located = kind === "import-rule" && locate(url);
				return located ? { path: located } : undefined;
			});
		},
	};
	const result = await esbuild.build({
		stdin: { contents: css, loader: "css", resolveDir },
		bundle: true,
		minify: true,
		write: false,
		nodePaths: [NODE_MODULES],
		legalComments: "none",
		logLevel: "silent",
		plugins: [imports],
	});
	return result.outputFiles[0].text;
}

// Builds every `*.bundle.js` and `*.bundle.scss` of one app, as `bench build --app APP` does on a real bench. Its styles may
// import from the other apps that are named.
//
//     node build.mjs OUT APP frappe=/path/to/frappe erpnext_mcp=/path/to/erpnext_mcp
//
// Scripts and styles are compiled side by side: esbuild is a process of its own, sass gets a worker thread.
// The last line of the output is a JSON object: {"built": [...], "failed": [{"bundle", "errors"}], "seconds"}.

import fs from "node:fs";
import path from "node:path";
import { Worker, isMainThread, parentPort, workerData } from "node:worker_threads";
import { buildScripts } from "./scripts.mjs";
import { buildStyles } from "./styles.mjs";

/** Frappe Cloud's error reporting: loaded only by sites that set a Sentry DSN, and half the size of all else. */
const NOT_NEEDED = new Set(["sentry.bundle.js"]);

function findBundles(app, folder) {
	const publicFolder = path.join(folder, "public");
	return fs
		.readdirSync(publicFolder, { recursive: true })
		.filter((file) => /\.bundle\.(js|ts|scss|css)$/.test(file) && !/node_modules|\bdist\b/.test(file))
		.map((file) => ({ app, file: path.join(publicFolder, file), name: path.basename(file) }))
		.filter((bundle) => !NOT_NEEDED.has(bundle.name));
}

function inWorker(job) {
	return new Promise((resolve, reject) => {
		const worker = new Worker(new URL(import.meta.url), { workerData: job });
		worker.once("message", resolve);
		worker.once("error", reject);
	});
}

async function main() {
	const started = performance.now();
	const [out, app, ...pairs] = process.argv.slice(2);
	const apps = Object.fromEntries(pairs.map((pair) => pair.split("=")));
	const bundles = findBundles(app, apps[app]);
	const isStyle = (bundle) => /\.s?css$/.test(bundle.name);
	const results = await Promise.all([
		inWorker({ out, apps, bundles: bundles.filter(isStyle) }),
		buildScripts({ out, bundles: bundles.filter((bundle) => !isStyle(bundle)) }),
	]);

	const assets = Object.assign({}, ...results.map((result) => result.assets));
	const isRtl = ([name]) => name.startsWith("rtl_");
	const write = (file, entries) =>
		fs.writeFileSync(path.join(out, file), JSON.stringify(Object.fromEntries(entries), null, "\t"));
	write("assets.json", Object.entries(assets).filter((entry) => !isRtl(entry)));
	write("assets-rtl.json", Object.entries(assets).filter(isRtl));
	const summary = {
		built: Object.keys(assets),
		failed: results.flatMap((result) => result.failed),
		seconds: (performance.now() - started) / 1000,
	};
	console.log(JSON.stringify(summary));
}

if (isMainThread) await main();
else parentPort.postMessage(await buildStyles(workerData));

// Where the rules of a profile can come from: a preset, a file, another profile. Nothing is saved by it.

import { make_dialog } from "../lib/dialog.js";
import { escape, html, safe } from "../lib/html.js";
import * as model from "./model.js";
import { get, post, told } from "./server.js";

const LARGEST = 2 * 1024 * 1024; // bytes of a file

/** Whether nobody has given the profile any rules yet. */
export const is_empty = (frm) =>
	!["doctype_rules", "field_rules", "conditions", "report_rules"].some((table) => (frm.doc[table] || []).length);

export const from_preset = (frm) => told(choose_preset(frm));

async function choose_preset(frm) {
	const presets = await get("presets");
	const dialog = make_dialog({
		title: __("From Preset"),
		primary_action_label: __("Use"),
		primary_action: () => {
			const name = dialog.$body.find("input:checked").val();
			if (!name) return;
			dialog.hide();
			told(get("preset", { name }, { freeze: true }).then((preset) => take(frm, preset)));
		},
	});
	const choice = ({ name, title, description }, i) => html`<label class="mcp-preset">
		<input type="radio" name="mcp-preset" value="${name}" ${safe(i ? "" : "checked")} />
		<span>
			<b>${title}</b>
			<span class="text-muted small">${description}</span>
		</span>
	</label>`;
	dialog.$body.html(
		String(
			presets.length
				? html`<p class="text-muted">
							${__("A start to change as needed. It names nobody, and nothing is saved until you save.")}
						</p>
						${presets.map(choice)}`
				: html`<p class="text-muted">${__("There are no presets.")}</p>`
		)
	);
	dialog.show();
}

export function import_file(frm) {
	const input = $(`<input type="file" accept=".json,application/json" hidden>`).appendTo(document.body);
	input.on("change", () => {
		const [file] = input.get(0).files;
		input.remove();
		if (file) told(read_file(frm, file));
	});
	input.trigger("click");
}

async function read_file(frm, file) {
	if (file.size > LARGEST) {
		frappe.msgprint({ title: __("Import"), message: __("The file is too large for a profile."), indicator: "red" });
		return;
	}
	const imported = await post("import_file", { content: await file.text() }, { freeze: true });
	if (is_empty(frm)) return take(frm, imported);
	frappe.confirm(
		__("Replace what this form holds with {0}? Nothing is saved until you save.", [escape(file.name)]),
		() => take(frm, imported)
	);
}

/** The form as it stands, saved or not. */
export const export_file = (frm) =>
	told(post("export_file", { doc: JSON.stringify(frm.doc) }).then(download));

function download({ filename, content }) {
	const url = URL.createObjectURL(new Blob([content], { type: "application/json" }));
	$("<a>").attr({ href: url, download: filename }).get(0).click();
	setTimeout(() => URL.revokeObjectURL(url), 1000);
}

/** Frappe's own copy; users, roles and clients are fields that it does not copy. */
export function copy(frm) {
	frm.copy_doc((doc) => {
		doc.profile_name = __("{0} (copy)", [frm.doc.profile_name]);
	});
	frappe.show_alert({ message: __("The copy names nobody yet. Save it when it is right."), indicator: "blue" });
}

async function take(frm, { values, notes }) {
	await model.fill(frm, values);
	if (!notes.length) return;
	const kinds = {
		unresolved: [__("Left out, and to be seen to"), "red"],
		changed: [__("Taken over in another form"), "blue"],
		check: [__("Worth a look"), "orange"],
		ignored: [__("Not a matter of profiles"), "gray"],
	};
	const groups = Object.entries(kinds)
		.map(([kind, [title, color]]) => [title, color, notes.filter((note) => note.kind === kind)])
		.filter(([, , found]) => found.length);
	frappe.msgprint({
		title: __("Please check"),
		indicator: groups[0]?.[1],
		message: String(
			html`${groups.map(
				([title, color, found]) => html`<p><span class="indicator ${color}">${title}</span></p>
					<ul>
						${found.map(({ path, message }) => html`<li>${path ? html`<b>${path}</b>: ` : ""}${safe(message)}</li>`)}
					</ul>`
			)}`
		),
	});
}

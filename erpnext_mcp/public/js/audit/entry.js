// The parts of the form of an MCP Audit Entry that are made to be read: its headline, its fields, its changes.

import { html } from "../lib/html.js";
import { as_text, is_new, read_changes, read_fields } from "./changes.js";
import { indicator, meaning, sentence } from "./words.js";

/** The document as a link where the viewer may read such documents, else as text; null where there is none. */
export function document_link(doc) {
	const { reference_doctype: doctype, reference_name: name } = doc;
	if (!doctype) return null;
	if (!name) return html`<b>${doctype}</b>`;
	const text = html`${doctype} <b>${name}</b>`;
	if (!frappe.model.can_read(doctype)) return text;
	return html`<a href="${frappe.utils.get_form_link(doctype, name)}">${text}</a>`;
}

/** One sentence, and below it with what, when, and why not. */
export function headline(doc) {
	const [label, color] = indicator(doc);
	const facts = [
		frappe.datetime.str_to_user(doc.timestamp),
		doc.client_name && __("client: {0} (as it calls itself)", [doc.client_name]),
		doc.credential,
		doc.profile ? __("profile: {0}", [doc.profile]) : __("no profile"),
		doc.ip_address && __("from {0}", [doc.ip_address]),
	].filter(Boolean);
	const why = [meaning(doc.reason_code), doc.reason].filter(Boolean);
	return html`<div class="mcp-headline">
		<div class="flex align-center">
			<span class="indicator-pill ${color} mr-3">${label}</span>
			<span class="text-large">${sentence(doc, document_link(doc))}</span>
		</div>
		<div class="text-muted small mt-2">${facts.map((fact, i) => html`${i ? " · " : ""}${fact}`)}</div>
		${doc.reason_code &&
		html`<div class="mt-2"><span class="text-muted">${__("Why")}:</span> <code>${doc.reason_code}</code>
			${why.map((part, i) => html`${i ? " – " : ""}${part}`)}</div>`}
	</div>`;
}

/** The names of the fields, one after the other. */
export function fields(doc) {
	const names = read_fields(doc.field_names);
	if (!names.length) return "";
	return html`<div class="frappe-control">
		<label class="control-label">${__("Fields")}</label>
		<div>${names.map((name) => html`<code class="mr-1">${name}</code> `)}</div>
		<p class="help-box small text-muted">${__("Named by the call or read by it")}</p>
	</div>`;
}

/** Before and after, field by field; "" where no values were kept. Labels come where the viewer may read such documents. */
export function changes(doc) {
	const found = read_changes(doc.changes);
	if (!found) return "";
	const fresh = is_new(found);
	const label = labels(doc.reference_doctype);
	return html`${found.fields.length ? diff(found.fields, label(), fresh) : ""}
	${found.tables.map(
		({ fieldname, rows }) => html`<h6 class="mt-4">${label()(fieldname)}</h6>
			${rows.map(
				({ name, change, values }) => html`<div class="small mt-2">
						<span class="indicator-pill no-indicator-dot ${COLORS[change]}">${words(change)}</span>
						<span class="text-muted">${__("row {0}", [name])}</span>
					</div>
					${values.length ? diff(values, label(fieldname), change === "added", change === "removed") : ""}`
			)}`
	)}`;
}

const COLORS = { changed: "blue", added: "green", removed: "red" };

function words(change) {
	return { changed: __("Changed"), added: __("Added"), removed: __("Removed") }[change];
}

function diff(values, label, only_after = false, only_before = false) {
	const width = only_after || only_before ? 70 : 35;
	return html`<table class="table table-bordered mcp-diff">
		<thead>
			<tr>
				<th style="width: 30%">${__("Field")}</th>
				${!only_after && html`<th style="width: ${width}%">${__("Before")}</th>`}
				${!only_before && html`<th style="width: ${width}%">${only_after ? __("Value") : __("After")}</th>`}
			</tr>
		</thead>
		<tbody>
			${values.map(
				({ fieldname, before, after }) => html`<tr>
					<td>${label(fieldname)}</td>
					${!only_after && html`<td class="mcp-before">${shown(before)}</td>`}
					${!only_before && html`<td class="mcp-after">${shown(after)}</td>`}
				</tr>`
			)}
		</tbody>
	</table>`;
}

function shown(value) {
	const text = as_text(value);
	return text === "" ? html`<span class="text-muted">${__("empty")}</span>` : text;
}

/** (table field or "") → (fieldname) → its label and name. */
function labels(doctype) {
	const fields = (of) => (of && frappe.meta.docfield_map[of]) || {};
	return (table_field = "") => {
		const of = table_field ? fields(doctype)[table_field]?.options : doctype;
		return (fieldname) => {
			const df = fields(of)[fieldname];
			if (!df?.label) return html`<code>${fieldname}</code>`;
			return html`${__(df.label, null, of)} <span class="text-muted small">${fieldname}</span>`;
		};
	};
}

"""Handlers of resources, prompts and completions: what the protocol asks and gets, for calls of the pipeline."""

from typing import Any

import mcp_types as types
from mcp.server.context import ServerRequestContext
from mcp.shared.exceptions import MCPError

from erpnext_mcp.errors import CallError, InvalidArguments, NotFound
from erpnext_mcp.mcp_server import pipeline, resource_uri
from erpnext_mcp.mcp_server.caller import Caller
from erpnext_mcp.mcp_server.requests import complete, get_prompt, list_prompts, list_resources

SERVER_ERROR = -32000
JSON = "application/json"

TEMPLATES = (
	(resource_uri.DOCTYPE, "doctype", "Fields of a DocType"),
	(resource_uri.DOCUMENT, "document", "A document with its rows"),
	(resource_uri.REPORT, "report", "The first rows of a report"),
)


async def on_list_resources(
	ctx: ServerRequestContext[Any], params: types.PaginatedRequestParams | None
) -> dict[str, Any]:
	return listed(ctx, params, list_resources.tool.name)


async def on_list_resource_templates(
	ctx: ServerRequestContext[Any], params: types.PaginatedRequestParams | None
) -> types.ListResourceTemplatesResult:
	"""The same for everybody: they say nothing of the site."""
	check_cursor(params)
	return types.ListResourceTemplatesResult(
		resource_templates=[
			types.ResourceTemplate(uri_template=uri, name=name, title=title, mime_type=JSON)
			for uri, name, title in TEMPLATES
		]
	)


async def on_read_resource(
	ctx: ServerRequestContext[Any], params: types.ReadResourceRequestParams
) -> types.ReadResourceResult:
	"""What the tool for it answers, as JSON."""
	uri = str(params.uri)
	try:
		tool, arguments = resource_uri.reading(uri)
	except InvalidArguments as e:
		raise as_mcp_error(e) from e
	answer = answered(ctx, tool, arguments)
	return types.ReadResourceResult(
		contents=[types.TextResourceContents(uri=params.uri, mime_type=JSON, text=answer.text)]
	)


async def on_list_prompts(
	ctx: ServerRequestContext[Any], params: types.PaginatedRequestParams | None
) -> dict[str, Any]:
	return listed(ctx, params, list_prompts.tool.name)


async def on_get_prompt(
	ctx: ServerRequestContext[Any], params: types.GetPromptRequestParams
) -> types.GetPromptResult:
	arguments = {"name": params.name, "arguments": params.arguments or {}}
	content = answered(ctx, get_prompt.tool.name, arguments).content
	message = types.PromptMessage(role="user", content=types.TextContent(type="text", text=content["text"]))
	return types.GetPromptResult(description=content["description"], messages=[message])


async def on_completion(
	ctx: ServerRequestContext[Any], params: types.CompleteRequestParams
) -> types.CompleteResult:
	"""Values for the variables of the resource templates, and for arguments of prompts that name a document."""
	asked = _asked(params)
	content = answered(ctx, complete.tool.name, asked).content if asked else {"values": [], "has_more": False}
	return types.CompleteResult(
		completion=types.Completion(values=content["values"], has_more=content["has_more"])
	)


def _asked(params: types.CompleteRequestParams) -> dict[str, str] | None:
	"""What is to be completed; None for what has no values to offer."""
	ref, argument = params.ref, params.argument
	value = {"value": argument.value}
	if isinstance(ref, types.PromptReference):
		return {"kind": complete.PROMPT, "prompt": ref.name, "argument": argument.name, **value}
	chosen = (params.context.arguments if params.context else None) or {}
	match (ref.uri, argument.name):
		case (resource_uri.DOCTYPE | resource_uri.DOCUMENT, "doctype"):
			return {"kind": complete.DOCTYPES, **value}
		case (resource_uri.DOCUMENT, "name"):
			return {"kind": complete.DOCUMENTS, "doctype": chosen.get("doctype", ""), **value}
		case (resource_uri.REPORT, "name"):
			return {"kind": complete.REPORTS, **value}
	return None


def listed(
	ctx: ServerRequestContext[Any], params: types.PaginatedRequestParams | None, request: str
) -> dict[str, Any]:
	"""The answer to one of the protocol's lists, all on one page."""
	check_cursor(params)
	return {**answered(ctx, request, {}).content, "resultType": "complete"}


def answered(ctx: ServerRequestContext[Any], name: str, arguments: dict[str, Any]) -> pipeline.Answer:
	"""
	:raises MCPError: the call failed
	"""
	answer = pipeline.run(caller_of(ctx), name, arguments)
	if answer.error is not None:
		raise as_mcp_error(answer.error)
	return answer


def as_mcp_error(error: CallError) -> MCPError:
	"""Where the protocol knows no results that are errors."""
	code = types.INVALID_PARAMS if isinstance(error, InvalidArguments | NotFound) else SERVER_ERROR
	return MCPError(code=code, message=error.message, data=error.as_dict())


def check_cursor(params: types.PaginatedRequestParams | None) -> None:
	"""
	:raises MCPError: there is no page but the first
	"""
	if params and params.cursor:
		raise MCPError(code=types.INVALID_PARAMS, message="Unknown cursor")


def caller_of(ctx: ServerRequestContext[Any]) -> Caller:
	"""Who every transport passes as the context of the request."""
	caller = ctx.request
	assert isinstance(caller, Caller)
	return caller

import {
  type HttpMethod,
  httpMethod,
  type OpenApiOperation,
  tag as tagName,
  type ToolCreate,
} from "@local-mcp/contract";
import { isObject, type JsonObject } from "@local-mcp/engine";
import { readAnswer } from "./answers.ts";
import { ArgumentList } from "./arguments.ts";
import { readBody } from "./bodies.ts";
import type { OpenApiDocument } from "./document.ts";
import { readParameters, type Reading } from "./parameters.ts";
import { freeName, SchemaWriter } from "./schemas.ts";
import { needsSignIn, type Security } from "./security.ts";
import { readServers } from "./servers.ts";
import { textOf } from "./texts.ts";
import { Unfit } from "./unfit.ts";

/** What a tool made of an operation would be, but for what a person adds. */
export interface ToolDraft {
  method: HttpMethod;
  /** With `{argument}` in it. */
  path: string;
  /** Base URLs of its own, before those of the document. */
  servers: string[];
  title: string | null;
  description: string;
  arguments: ArgumentList;
  writer: SchemaWriter;
  body: ToolCreate["body"] | null;
  /** Of the path: always sent. */
  query: [string, string][];
  outputSchema: ToolCreate["outputSchema"];
}

export interface Operation {
  view: OpenApiOperation;
  /** Null where it has a problem. */
  draft: ToolDraft | null;
}

/** What the operations of a document have in common. */
export interface Surroundings {
  document: OpenApiDocument;
  security: Security;
  /** Names of tools that there are; those of operations join them. */
  taken: Set<string>;
}

const METHODS = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
/** What most clients take for the name of a tool. */
const MOST_NAME = 64;
const MOST_DESCRIPTION = 4000;

export function readOperation(
  place: { path: string; method: string; item: JsonObject; operation: JsonObject },
  around: Surroundings,
): Operation {
  const { path, method, operation } = place;
  const losses = new Set<string>();
  const view: OpenApiOperation = {
    key: `${method.toUpperCase()} ${path}`,
    method: method.toUpperCase(),
    path,
    operationId: textOf(operation.operationId),
    summary: textOf(operation.summary),
    tags: tagsOf(operation.tags),
    deprecated: operation.deprecated === true,
    name: nameOf(place, around.taken),
    inputSchema: null,
    problem: null,
    losses: [],
  };
  if (view.deprecated) losses.add("It is deprecated: the API may stop answering it.");
  let draft: ToolDraft | null = null;
  try {
    draft = draftOf(place, { ...around, losses });
    view.inputSchema = draft.arguments.schema(draft.writer);
    for (const loss of draft.writer.losses) losses.add(loss);
  } catch (error) {
    if (!(error instanceof Unfit)) throw error;
    draft = null;
    view.problem = error.message;
  }
  view.losses = [...losses];
  return { view, draft };
}

/** The operations of a path, by method. */
export const operationsIn = (item: JsonObject): [string, JsonObject][] =>
  METHODS.flatMap((method): [string, JsonObject][] => {
    const operation = item[method];
    return isObject(operation) ? [[method, operation]] : [];
  });

function draftOf(
  { path, method, item, operation }: Parameters<typeof readOperation>[0],
  { document, security, losses }: Surroundings & { losses: Set<string> },
): ToolDraft {
  const verb = httpMethod.safeParse(method.toUpperCase());
  if (!verb.success) throw new Unfit(`A tool cannot use the method ${method.toUpperCase()}.`);
  if (path.includes("#"))
    throw new Unfit("Its path has a “#”, and what follows one is never sent.");
  const writer = new SchemaWriter(document, "input");
  const reading: Reading = { arguments: new ArgumentList(), writer, losses };
  const [start = "", ...search] = path.split("?");
  const marked = readPath(start, [item.parameters, operation.parameters], reading);
  const body = readBody(operation.requestBody, verb.data, reading);
  if (operation.callbacks !== undefined) losses.add("What it would call back is not received.");
  if (needsSignIn(operation.security ?? document.root.security, security)) {
    losses.add("Signing in to it is for a person to do: give the token that comes of it.");
  }
  const own = [operation, item].map(readServers).find((servers) => servers.length > 0);
  return {
    method: verb.data,
    path: marked,
    servers: own ?? [],
    title: textOf(operation.summary)?.slice(0, 200) ?? null,
    description: descriptionOf(operation, item),
    arguments: reading.arguments,
    writer,
    body,
    query: [...new URLSearchParams(search.join("?"))],
    outputSchema: readAnswer(document, operation.responses, losses),
  };
}

/** Adds all parameters. @returns the path, with the names of arguments in its braces */
function readPath(path: string, lists: readonly unknown[], reading: Reading): string {
  const marks = [...path.matchAll(/\{([^{}]*)\}/g)].map(([, name = ""]) => name);
  // Some documents leave out what their paths name.
  const named = marks.map((name) => ({ name, in: "path", schema: { type: "string" } }));
  readParameters([named, ...lists], reading, (name) => marks.includes(name));
  const names = reading.arguments.pathNames();
  return path.replace(/\{([^{}]*)\}/g, (_, name: string) => `{${names.get(name) ?? name}}`);
}

function nameOf(
  { path, method, operation }: Parameters<typeof readOperation>[0],
  taken: Set<string>,
): string {
  const fit = (text: string): string =>
    text
      .replace(/[^A-Za-z0-9_-]+/g, "_")
      .replace(/^[_-]+|[_-]+$/g, "")
      .slice(0, MOST_NAME);
  const wanted = fit(textOf(operation.operationId) ?? "") || fit(`${method}${path}`) || method;
  const name = freeName(wanted, taken);
  taken.add(name);
  return name;
}

function tagsOf(given: unknown): string[] {
  if (!Array.isArray(given)) return [];
  const fit = given.slice(0, 50).flatMap((one) => {
    const tag = tagName.safeParse(String(one).replaceAll(",", " ").trim().slice(0, 50));
    return tag.success ? [tag.data] : [];
  });
  return [...new Set(fit)];
}

function descriptionOf(operation: JsonObject, item: JsonObject): string {
  const summary = textOf(operation.summary) ?? textOf(item.summary);
  const description = textOf(operation.description) ?? textOf(item.description);
  const parts = summary === description ? [summary] : [summary, description];
  return parts
    .filter((part) => part !== null)
    .join("\n\n")
    .slice(0, MOST_DESCRIPTION);
}

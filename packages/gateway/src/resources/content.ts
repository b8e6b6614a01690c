import { createHash } from "node:crypto";
import {
  GatewayError,
  MAX_RESOURCE_BYTES,
  type ResourceContents,
  type ResourceContentWrite,
} from "@local-mcp/contract";
import type { ResourceRow, RootRow } from "@local-mcp/database";
import type { TemplateError } from "../sandbox/messages.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { mediaTypeOfBytes, mediaTypeOfName, PLAIN_TEXT, textOf } from "./media-type.ts";
import { readRootFile, type RootFile } from "./root-files.ts";
import { isFolder } from "../tokens/needs-processes.ts";
import { isTemplate, type UriTemplate } from "./uri-template.ts";

/** What of a resource says where its content is. */
export type Place = Pick<ResourceRow, "contentKind" | "rootId" | "path">;

export interface Sources {
  root(id: string): Pick<RootRow, "uri" | "enabled"> | undefined;
  sandbox: Pick<Sandbox, "text" | "variables">;
  dataDir: string;
}

/** Where content is not. */
const NOWHERE = { textContent: null, binaryContent: null, rootId: null, path: null };

/**
 * The columns of a content as it was written.
 *
 * @param rootOf null where a root is gone
 * @throws GatewayError root_unusable, and what `rootOf` throws
 */
export function columnsOf(
  content: ResourceContentWrite,
  rootOf: (root: string) => Pick<RootRow, "id" | "uri"> | null,
): Place & Pick<ResourceRow, "textContent" | "binaryContent"> {
  if (content.kind === "text") {
    return { ...NOWHERE, contentKind: "text", textContent: content.text };
  }
  if (content.kind === "binary") {
    const binaryContent = Buffer.from(content.base64, "base64");
    return { ...NOWHERE, contentKind: "binary", binaryContent };
  }
  const root = rootOf(content.root);
  if (root && !isFolder(root.uri)) throw new GatewayError("root_unusable", { root: root.uri });
  return { ...NOWHERE, contentKind: "file", rootId: root?.id ?? null, path: content.path };
}

/**
 * What a client reads at a URI.
 *
 * @param values of the variables of its URI template
 * @throws GatewayError resource_not_found where its file is not there, resource_text_failed, and as
 * {@link readRootFile}
 */
export async function contentOf(
  row: ResourceRow,
  { uri, values }: { uri: string; values: Readonly<Record<string, string>> },
  sources: Sources,
  signal?: AbortSignal,
): Promise<ResourceContents> {
  if (row.contentKind === "text") {
    const stored = row.textContent ?? "";
    const text = isTemplate(row.uri)
      ? await rendered(stored, uri, values, sources, signal)
      : stored;
    return contents(uri, row.mimeType ?? textTypeOfName(uri), Buffer.from(text), text);
  }
  if (row.contentKind === "binary") {
    const bytes = row.binaryContent ?? Buffer.alloc(0);
    return contents(uri, row.mimeType ?? typeOfBytes(uri, bytes), bytes, null);
  }
  const file = fileOf(row, values, sources);
  const bytes = file && (await readRootFile(file, sources.dataDir, signal));
  if (!file || !bytes) throw new GatewayError("resource_not_found", { uri: uri.slice(0, 500) });
  const known = row.mimeType ?? mediaTypeOfName(file.path);
  const text = textOf(bytes, known);
  const type = known ?? (text === null ? mediaTypeOfBytes(bytes) : PLAIN_TEXT);
  return contents(uri, type, bytes, text);
}

/** What stored text is, where nobody has said. */
export function textTypeOfName(uri: string): string {
  const told = mediaTypeOfName(uri);
  return told !== null && textOf(new Uint8Array(), told) !== null ? told : PLAIN_TEXT;
}

const typeOfBytes = (uri: string, bytes: Buffer): string =>
  mediaTypeOfName(uri) ?? mediaTypeOfBytes(bytes);

const contents = (
  uri: string,
  mimeType: string,
  bytes: Buffer,
  text: string | null,
): ResourceContents => ({
  uri,
  mimeType,
  bytes: bytes.byteLength,
  text,
  base64: text === null ? bytes.toString("base64") : null,
  sha256: createHash("sha256").update(bytes).digest("hex"),
});

async function rendered(
  template: string,
  uri: string,
  values: Readonly<Record<string, string>>,
  { sandbox }: Sources,
  signal?: AbortSignal,
): Promise<string> {
  const outcome = await sandbox.text(template, values, signal);
  if ("text" in outcome) return outcome.text;
  const reason = told(outcome.error);
  throw new GatewayError("resource_text_failed", { uri: uri.slice(0, 500), reason });
}

const told = ({ line, message }: TemplateError): string =>
  line === null ? message : `line ${line}: ${message}`;

/**
 * Where a file is, with what was asked for in it.
 *
 * @throws GatewayError resource_root_missing
 * @returns null where a value is nothing that a part of a path could be
 */
export function fileOf(
  { rootId, path }: Place,
  values: Readonly<Record<string, string>>,
  { root }: Pick<Sources, "root">,
): RootFile | null {
  const row = rootId === null ? undefined : root(rootId);
  if (!row?.enabled) throw new GatewayError("resource_root_missing");
  let isPath = true;
  const filled = (path ?? "").replace(VARIABLE, (_, name: string) => {
    const value = values[name] ?? "";
    isPath &&= value.split("/").every((part) => !["", ".", ".."].includes(part));
    isPath &&= !/[\\\0]/.test(value);
    return value;
  });
  return isPath ? { root: row.uri, path: filled } : null;
}
const VARIABLE = /\{([^{}]*)\}/g;

/** Names that a path has in braces. */
const variablesOfPath = (path: string): string[] =>
  [...path.matchAll(VARIABLE)].map(([, name = ""]) => name);

/**
 * Refuses what could never be read, naming the field.
 *
 * @throws GatewayError validation_failed, resource_too_big, resource_outside_root
 */
export async function checkContent(
  row: ReturnType<typeof columnsOf>,
  template: UriTemplate | null,
  { sandbox }: Pick<Sources, "sandbox">,
): Promise<void> {
  const known = template?.variables ?? [];
  if (row.contentKind === "text") {
    const text = row.textContent ?? "";
    if (Buffer.byteLength(text) > MAX_RESOURCE_BYTES) throw tooBig("content.text");
    if (!template) return;
    const outcome = await sandbox.variables(text);
    if ("error" in outcome) throw invalid(`content.text: ${told(outcome.error)}`);
    refuseUnknown("content.text", outcome.variables, known);
  } else if (row.contentKind === "binary") {
    if (template) throw invalid("content: what a URI template gives is text or a file.");
    if ((row.binaryContent?.byteLength ?? 0) > MAX_RESOURCE_BYTES) throw tooBig("content.base64");
  } else {
    const path = row.path ?? "";
    const parts = path.split(/[/\\]/);
    if (path.includes("\0") || parts[0] === "" || parts.includes("..") || /^[A-Za-z]:/.test(path)) {
      throw new GatewayError("resource_outside_root", { path: path.slice(0, 200) });
    }
    refuseUnknown("content.path", variablesOfPath(path), known);
  }
}

function refuseUnknown(field: string, named: readonly string[], known: readonly string[]): void {
  const unknown = named.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw invalid(`${field}: “${unknown.slice(0, 100)}” is not a variable of the URI.`);
}

export const invalid = (detail: string): GatewayError =>
  new GatewayError("validation_failed", { detail });

const tooBig = (field: string): GatewayError => new GatewayError("resource_too_big", { field });

import { GatewayError } from "@local-mcp/contract";
import { readContextForge, isContextForge } from "../foreign/contextforge/read.ts";
import { isObject } from "../mapping/reading.ts";
import type { ParsedFile, ReadFile } from "../types.ts";
import { formOf, isFromContextForge, isOurs } from "./detect.ts";
import { parseJson, type ParsedJson, refuseTooBig } from "./json.ts";
import { readGateway } from "./read-gateway.ts";

export interface ParseOptions {
  /** What a person calls the file. */
  name: string;
  /** Reads the file of an MCP client; null where it is none. */
  clientFile?: (text: string) => ParsedFile | null;
}

/** What backups begin with, encrypted or not. */
const BACKUP_STARTS: readonly string[] = ["age-encryption.org/v1\n", "SQLite format 3\0"];

/**
 * @param start first signs of a file
 * @throws GatewayError import_is_backup
 */
export function refuseBackup(start: string, name: string): void {
  if (BACKUP_STARTS.some((one) => start.startsWith(one))) {
    throw new GatewayError("import_is_backup", { name });
  }
}

/**
 * Reads a file as far as that takes no secret: tells whose it is, and keeps within what this computer
 * can take. Everything that is wrong with its entries is found once it is opened.
 *
 * @throws GatewayError import_too_big, import_is_backup, import_unreadable, import_unknown_format,
 * import_newer
 */
export function parseImport(text: string, { name, clientFile }: ParseOptions): ParsedFile {
  refuseTooBig(text, name);
  refuseBackup(text, name);
  let json: ParsedJson;
  try {
    json = parseJson(text, name);
  } catch (error) {
    const isTooBig = error instanceof GatewayError && error.code === "import_too_big";
    const client = isTooBig ? null : (clientFile?.(text) ?? null);
    if (client !== null) return client;
    throw error;
  }
  const { value: document, problems } = json;
  const form = isObject(document) ? formOf(document) : null;
  if (isObject(document) && form !== null) {
    const isForeign = "format" in document && !isOurs(document);
    if (isContextForge(document) && isFromContextForge(document)) {
      return withProblems(readContextForge(document, name), problems);
    }
    if (!isForeign) return readGateway(document, form, name, problems);
  }
  const client = clientFile?.(text) ?? null;
  if (client !== null) return withProblems(client, problems);
  throw new GatewayError("import_unknown_format", { name });
}

const withProblems = (file: ParsedFile, problems: ReadFile["problems"]): ParsedFile => ({
  ...file,
  open: async (keys) => {
    const read = await file.open(keys);
    return { ...read, problems: [...problems, ...read.problems] };
  },
});

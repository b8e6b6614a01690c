import { GatewayError, type serverCreate, slugify } from "@local-mcp/contract";
import { z } from "zod";
import { parseJson } from "../json.ts";

/**
 * One server as the clients' files write it: `mcpServers` of Claude, Cursor and Windsurf, `servers`
 * of VS Code. Fields that only concern the client are left out.
 */
const entrySchema = z.object({
  command: z.string().optional(),
  args: z.array(z.string()).default([]),
  env: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).default({}),
  cwd: z.string().optional(),
  type: z.string().optional(),
  transport: z.string().optional(),
  url: z.string().optional(),
  serverUrl: z.string().optional(),
  headers: z.record(z.string(), z.string()).default({}),
  disabled: z.boolean().default(false),
});
type ClientEntry = z.infer<typeof entrySchema>;

const fileSchema = z.looseObject({
  mcpServers: z.record(z.string(), z.unknown()).optional(),
  servers: z.record(z.string(), z.unknown()).optional(),
});

type ServerInput = z.input<typeof serverCreate>;

/** What one entry of the file amounts to. */
export type ReadEntry =
  | { original: string; server: ServerInput; problem: null }
  | { original: string; server: null; problem: string };

/**
 * Reads such a file. Every entry is answered for, also one that cannot be read.
 *
 * @throws GatewayError malformed_json, validation_failed
 */
export function readClientFile(text: string): ReadEntry[] {
  const file = fileSchema.safeParse(parseJson(text, "file"));
  const servers = file.success ? (file.data.mcpServers ?? file.data.servers) : undefined;
  if (servers === undefined) {
    throw new GatewayError("validation_failed", {
      detail: "The file has neither “mcpServers” nor “servers”, so there is nothing to import.",
    });
  }
  return Object.entries(servers).map(([original, value]) => readEntry(original, value));
}

function readEntry(original: string, value: unknown): ReadEntry {
  const failed = (problem: string): ReadEntry => ({ original, server: null, problem });
  const parsed = entrySchema.safeParse(value);
  if (!parsed.success) {
    const fields = new Set(parsed.error.issues.map((issue) => issue.path.join(".") || "the entry"));
    return failed(`It cannot be read: ${[...fields].join(", ")}.`);
  }
  const name = slugify(original);
  if (name === "") return failed("Its name has no letter or digit to make a name of.");
  const config = configOf(parsed.data);
  if (config === null) return failed("It has neither a command nor a URL.");
  return {
    original,
    problem: null,
    server: { name, title: original, config, enabled: !parsed.data.disabled },
  };
}

function configOf(entry: ClientEntry): ServerInput["config"] | null {
  const url = entry.url ?? entry.serverUrl;
  if (entry.command !== undefined) {
    const env = Object.entries(entry.env).map(([name, value]) => [name, { value: String(value) }]);
    return {
      transport: "stdio",
      command: entry.command,
      args: entry.args,
      cwd: entry.cwd ?? null,
      env: Object.fromEntries(env),
    };
  }
  if (url === undefined) return null;
  const isSse = entry.type === "sse" || entry.transport === "sse";
  return { transport: isSse ? "sse" : "http", url, headers: entry.headers };
}

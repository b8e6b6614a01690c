import { readFileSync } from "node:fs";
import { join } from "node:path";
import { writeOrCheck } from "./write-or-check.ts";

const SOURCES = join(import.meta.dirname, "../../packages/sessions/src");

const textOf = (file: string): string => readFileSync(join(SOURCES, file), "utf8");

/** A declaration as it is written, with what is said above it. */
const declaration = (file: string, start: string): string => {
  const text = textOf(file);
  const at = text.indexOf(`export ${start}`);
  if (at === -1) throw new Error(`${file} does not export ${start}`);
  const before = text.slice(0, at);
  const comment = before.endsWith("*/\n") ? before.slice(before.lastIndexOf("/**")) : "";
  const end = (start.startsWith("type") ? /;\n/ : /\n[})]+;?\n/).exec(text.slice(at));
  return `${comment}${text.slice(at, at + (end?.index ?? 0) + (end?.[0].length ?? 0))}`.trimEnd();
};

/** A class as its user sees it: what is said of it, and its constructor. */
const constructorOf = (file: string, name: string): string => {
  const text = textOf(file);
  const at = text.indexOf(`export class ${name} `);
  const comment = text.slice(text.lastIndexOf("/**", at), at).trimEnd();
  const from = text.indexOf("  constructor(", at);
  const to = text.indexOf(") {\n", from);
  return `${comment}\nclass ${name} implements StorageBackend {\n${text.slice(from, to)});\n}`;
};

const code = (text: string): string => `\`\`\`typescript\n${text}\n\`\`\``;

const CLASSES = [
  ["memory.ts", "MemoryStorageBackend"],
  ["file/file.ts", "FileStorageBackend"],
  ["sqlite.ts", "SqliteStorageBackend"],
  ["redis/redis.ts", "RedisStorageBackend"],
  ["postgres/postgres.ts", "PostgresStorageBackend"],
] as const;

writeOrCheck(
  "docs/sessions/api-reference.md",
  `# API reference

Written from the types of \`packages/sessions/src\` by \`npm run docs\`. Everything here is exported by \`@local-mcp/sessions/server\`.

## \`storage\`

The store that the environment of the process chooses, a \`StorageBackend\`. It is opened by the first call that needs it, once, however many come together. \`generateSessionId\` needs no store and is synchronous. What keeps the store from being opened rejects each of these calls, and the next call tries again. \`disconnect\` closes what was opened, so that the process can end.

## What every store does

${code(declaration("storage-backend.ts", "interface StorageBackend"))}

${code(declaration("storage-backend.ts", "type ClientSessionChanges"))}

## Sign-ins

${code(declaration("session-data.ts", "interface SessionData"))}

${code(declaration("session-data.ts", "interface OAuthTokens"))}

${code(declaration("session-data.ts", "interface OAuthClientInformation"))}

## Sessions of clients

The schema of a \`ClientSession\`, in the words of [zod](https://zod.dev):

${code(declaration("client-session.ts", "const clientSession"))}

## Stores

${code(declaration("record-storage.ts", "interface StorageOptions"))}

${CLASSES.map(([file, name]) => `### \`${name}\`\n\n${code(constructorOf(file, name))}`).join("\n\n")}

## Sealing

${code(declaration("sealer-of.ts", "async function sealerOf").replace(/ \{\n[\s\S]*$/, ";"))}
`,
);

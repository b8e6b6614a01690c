import { randomBytes, randomFillSync } from "node:crypto";
import { join } from "node:path";
import { contentDigest } from "@local-mcp/backup";
import { openSqlite } from "@local-mcp/database";
import { createGateway } from "@local-mcp/gateway";

export const MEGABYTE = 1024 * 1024;
/** Four fifths of a database are contents, the rest small rows with four indexes. */
const CONTENT_BYTES = 64 * 1024;
const ENTRY_BYTES = 720;

export const databaseIn = (dataDir: string): string => join(dataDir, "local-mcp-gateway.db");

/** Opens the vault of a directory without a person. */
export const secretOf = (dataDir: string): string => `a secret for ${dataDir}`;

/** A server with a secret, so that there is a vault to take along. */
const makeVault = async (dataDir: string): Promise<void> => {
  const gateway = await createGateway({
    dataDir,
    kind: "cli",
    env: { HOME: dataDir, AUTH_ENCRYPTION_SECRET: secretOf(dataDir) },
  });
  await gateway.api.servers.create({
    name: "sealed",
    enabled: false,
    config: {
      transport: "http",
      url: "http://127.0.0.1:9/mcp",
      headers: { authorization: "Bearer of a secret" },
    },
  });
  await gateway.close();
};

/** A data directory with a database of about so many megabytes. */
export const makeData = async (dataDir: string, megabytes: number): Promise<void> => {
  await makeVault(dataDir);
  fill(databaseIn(dataDir), megabytes);
};

const fill = (database: string, megabytes: number): void => {
  const connection = openSqlite(database);
  const content = connection.prepare(
    `INSERT INTO resources (id, uri, name, description, binary_content, tags, enabled, created_at, updated_at)
      VALUES (@id, 'bench:' || @id, @id, '', @bytes, '[]', 1, 0, 0)`,
  );
  const entry = connection.prepare(
    `INSERT INTO audit_log (created_at, actor, actor_name, action, outcome, subject_kind, subject_id, subject_name, detail)
      VALUES (@createdAt, 'cli', 'bench', 'server.update', 'ok', 'server', @subject, @subject, @detail)`,
  );
  const bytes = Buffer.alloc(CONTENT_BYTES);
  const contents = Math.ceil((megabytes * MEGABYTE * 0.8) / CONTENT_BYTES);
  const entries = Math.ceil((megabytes * MEGABYTE * 0.2) / ENTRY_BYTES);
  const now = Date.now();
  connection.transaction(() => {
    for (let id = 0; id < contents; id += 1) {
      content.run({ id: `${id}`, bytes: randomFillSync(bytes) });
    }
    for (let at = 0; at < entries; at += 1) {
      // Of the last minutes: the gateway removes what is old while it is measured.
      const createdAt = now - at;
      const subject = randomBytes(18).toString("hex");
      entry.run({ createdAt, subject, detail: JSON.stringify({ changed: [subject.repeat(8)] }) });
    }
  })();
  connection.close();
};

/** Of what was filled in; the rest of a database lives on while it is restored. */
export const digestOf = (database: string): string => {
  const connection = openSqlite(database, { readonly: true });
  const { tables } = contentDigest(connection);
  connection.close();
  return tables.find(({ name }) => name === "resources")?.sha256 ?? "";
};

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createDb, createSealedValueQueries, createVaultQueries } from "@local-mcp/database";

/** What the vault has written into a database that no gateway has open: sealed values, and keys. */
const sealedIn = (database: string): string[] => {
  const db = createDb({ path: database });
  try {
    const { slots, dataKeys } = createVaultQueries(db);
    const values = createSealedValueQueries(db).beginningWith("");
    const keys = slots.list().flatMap(({ wrapped, recipient }) => [wrapped, recipient?.sealedKey]);
    return [
      // Without what it begins with, which names the key.
      ...values.map(({ sealed }) => sealed.split(".").at(-1)),
      ...keys,
      ...dataKeys.list().map(({ sealed }) => sealed),
    ].filter((text) => text !== undefined && text !== null);
  } finally {
    db.close();
  }
};

const PIECE = 32;

/** SQLite cuts a long text in two where a page ends: some pieces of it are whole in any case. */
const piecesOf = (text: string): string[] =>
  [0, (text.length - PIECE) / 2, text.length - PIECE].map((at) =>
    text.slice(Math.max(0, at), Math.max(0, at) + PIECE),
  );

/** How many of these texts are in a file. */
const holding = (path: string, texts: readonly string[]): number => {
  const bytes = readFileSync(path);
  return texts.filter((text) => piecesOf(text).some((piece) => bytes.includes(piece))).length;
};

/** What of a vault is in backups without encryption, which have to be without any of it. */
export const sealedInPlain = (dataDir: string): { values: number; faults: string[] } => {
  const database = join(dataDir, "local-mcp-gateway.db");
  const texts = sealedIn(database);
  const folder = join(dataDir, "backups");
  const plain = readdirSync(folder).filter((name) => name.endsWith(".db"));
  const faults = plain
    .map((name) => ({ name, held: holding(join(folder, name), texts) }))
    .filter(({ held }) => held > 0)
    .map(({ name, held }) => `${held} sealed values or keys in ${name}, which is not encrypted`);
  if (plain.length === 0) faults.push("there is no backup without encryption");
  // What is not found where it is would be found nowhere.
  if (holding(database, texts) !== texts.length) faults.push("sealed values were not seen at all");
  return { values: texts.length, faults };
};

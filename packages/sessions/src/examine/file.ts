import { access, constants, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { MOST_IN_FILE } from "../file/rows.ts";
import type { RecordStorage } from "../record-storage.ts";
import { note, ok, problem, type StoreFinding } from "./finding.ts";

/** From here on another store should be thought of. */
const MANY = 8000;
/** Readable by others than its owner. */
const OTHERS = 0o077;

/** Looks at a file of sessions: whether it can be written, who can read it, and how full it is. */
export async function examineFile(given: string, backend: RecordStorage): Promise<StoreFinding[]> {
  const path = resolve(given);
  const directory = dirname(path);
  const [isWritable, mode, signIns, clients] = await Promise.all([
    mayWrite(directory),
    modeOf(path),
    backend.rows.list("sign_in"),
    backend.rows.list("client"),
  ]);
  const count = signIns.length + clients.length;
  const isOpen = process.platform !== "win32" && mode !== null && (mode & OTHERS) !== 0;
  return [
    isWritable
      ? ok(`${directory} can be written.`)
      : problem(`${directory} cannot be written.`, "Give this user the right to write there."),
    isOpen
      ? problem(`${path} can be read by other users.`, `Run “chmod 600 ${path}”.`)
      : ok(
          mode === null ? `${path} is made with the first session.` : "Only its owner can read it.",
        ),
    count < MANY
      ? ok(`It holds ${count} of at most ${MOST_IN_FILE} sessions.`)
      : note(
          `It holds ${count} of at most ${MOST_IN_FILE} sessions.`,
          "Use another store: “local-mcp-gateway sessions migrate --from file --to sqlite”.",
        ),
  ];
}

async function mayWrite(path: string): Promise<boolean> {
  try {
    await access(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Null where there is no file yet. */
async function modeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mode;
  } catch {
    return null;
  }
}

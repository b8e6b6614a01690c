/** What a person finds who starts the gateway after a crash. */
import { createHash } from "node:crypto";
import { existsSync, lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { createBackupWorker } from "@local-mcp/backup";
import type { BackupView } from "@local-mcp/contract";
import { PASSPHRASE, withGateway } from "./stage.ts";
import { DATABASE, stateOf } from "./state.ts";
import type { Word } from "./words.ts";

/** What has to hold, by what was said before the crash. */
export interface Promises {
  /** Which state a data directory is in. @throws Error where it is another one */
  find(directory: string): Found;
  /** Backups that were said to be made, by their ids: the SHA-256 of each. */
  made: Map<string, string>;
}

/** Which of the two it is. */
export type Found = "last" | "next";

/** Memory where there is such a disk: nothing here has to last. */
export const SCRATCH = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

const ensure = (holds: boolean, otherwise: string): void => {
  if (!holds) throw new Error(otherwise);
};

/**
 * By what an operation said, the first of it how it began, and by what it was about to say.
 *
 * @param isSame false where what comes next is known of another operation of the same kind: keys are
 * wrapped anew each time
 */
export function promisesOf(told: Word[], coming: Word[], isSame = true): Promises {
  const states = (words: Word[]) => words.flatMap((word) => (word.what === "state" ? word : []));
  const last = states(told).at(-1);
  const [next] = states(coming);
  if (!last) throw new Error("nothing was told of the state at the beginning");
  const made = told.flatMap((word) => (word.what === "made" ? word : []));
  return {
    find(directory) {
      const state = stateOf(join(directory, DATABASE));
      if (state.digest === last.digest) {
        const there = new Set(state.audit);
        ensure(
          last.audit.every((id) => there.has(id)),
          "the audit log has lost entries",
        );
        return "last";
      }
      const isNext = isSame ? state.digest === next?.digest : state.content === next?.content;
      ensure(isNext, "it is neither the state before nor the one after");
      return "next";
    },
    made: new Map(made.map(({ id, sha256 }) => [id, sha256])),
  };
}

/** Files of a restore or a backup that nobody needs any more, and what others could read. */
function refuseLeftovers(directory: string): void {
  const names = readdirSync(directory, { recursive: true, encoding: "utf8" });
  // Beside a backup it may be another gateway that writes; what lies there is removed by its age.
  const isLeft = (name: string): boolean =>
    /^restore(\/|\.json)|^[^/]*(\.tmp|-journal)$/.test(name) && !name.startsWith("lock.db");
  const left = names.filter((name) => isLeft(name));
  ensure(left.length === 0, `left behind: ${left.join(", ")}`);
  const open = names.filter((name) => lstatSync(join(directory, name)).mode & 0o077);
  ensure(open.length === 0, `others may read ${open.join(", ")}`);
}

/** Ids by content: each is decrypted and looked into once. */
const whole = new Map<string, Promise<void>>();

const sha256Of = (path: string): string =>
  createHash("sha256").update(readFileSync(path)).digest("hex");

async function verify(file: string): Promise<void> {
  const directory = mkdtempSync(join(SCRATCH, "crash-verify-"));
  const worker = createBackupWorker();
  try {
    const input = { file, name: file, passphrase: PASSPHRASE, databaseName: DATABASE };
    const staged = await worker.stage(
      { ...input, directory: join(directory, "s"), maxBytes: 2 ** 30 },
      {},
    );
    ensure(staged.verified, "it has no manifest");
  } finally {
    await worker.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

async function checkBackups(
  directory: string,
  listed: BackupView[],
  { made }: Promises,
): Promise<void> {
  for (const { id, state } of listed) {
    ensure(state !== "damaged" && !id.includes("partial"), `${id} is listed as ${state}`);
    const file = join(directory, "backups", id);
    const digest = sha256Of(file);
    ensure((made.get(id) ?? digest) === digest, `${id} is not what was made`);
    // Also one that nobody has vouched for: what has the name of a backup is a whole one.
    if (!id.endsWith(".age")) continue;
    const known = whole.get(digest) ?? verify(file);
    whole.set(digest, known);
    await known;
  }
  const ids = listed.filter(({ state }) => state === "verified").map(({ id }) => id);
  const lost = [...made.keys()].filter((id) => !ids.includes(id));
  ensure(lost.length === 0, `${lost.join(", ")} was made, and is not listed as verified`);
}

/**
 * Starts the gateway over what a crash has left, and looks at everything that a person was promised;
 * then once more, since a start may not change what it finds.
 *
 * @throws Error what is wrong
 */
export async function check(directory: string, promises: Promises): Promise<Found> {
  // Without the key of the vault, which takes a quarter of a second to be derived.
  const env = { HOME: directory };
  const look = () => withGateway(directory, ({ api }) => api.backups.list({}), env);
  const { backups } = await look();
  const found = promises.find(directory);
  await checkBackups(directory, backups, promises);
  refuseLeftovers(directory);
  const again = await look();
  ensure(promises.find(directory) === found, "the second start has changed it");
  ensure(isDeepStrictEqual(again.backups, backups), "the second start lists other backups");
  return found;
}

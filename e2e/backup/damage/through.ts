import { readFileSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { contentDigest } from "@local-mcp/backup";
import { GatewayError, isErrorCode } from "@local-mcp/contract";
import { openSqlite } from "@local-mcp/database";
import {
  LINES,
  type Parts,
  putTogether,
  takeApart,
  withLine,
} from "../../../packages/backup/src/age/anatomy.ts";
import { Serving } from "../../command-line.ts";
import { atEnd } from "../../conformance/closing.ts";
import type { Form, Section } from "../../leaks/section.ts";
import { BackupApi } from "../backup-api.ts";
import { PASSPHRASE, scratch } from "./made.ts";
import { memoryFinding } from "./memory.ts";
import { Tally } from "./tally.ts";

const NAME = "damaged.age";
/** What was tried is written down there, refused or not. */
const EXCEPT = ["audit_log", "sqlite_sequence"];
/** Each derives a key; of the twelve so many in the short form. */
const CASES: Record<Form, number> = { full: 12, short: 4 };
/** What is there only while a restore is under way, or after one. */
const OF_A_RESTORE = ["restore.json", "previous"];

const flipped = (bytes: Buffer, at: number): Buffer => {
  const changed = Buffer.from(bytes);
  changed[at] = (changed[at] ?? 0) ^ 4;
  return changed;
};

/** Of each kind of damage one or two; the other parts have them all. */
const damages = (file: Buffer, one: Parts, other: Parts): Record<string, Buffer> => ({
  "a header with another MAC": withLine(one, LINES.mac, () => `--- ${"A".repeat(43)}`),
  "a bit in its middle": flipped(file, file.length >> 1),
  "without its last chunk": putTogether({ ...one, chunks: one.chunks.slice(0, -1) }),
  "with the end of another backup": putTogether({
    ...one,
    chunks: [...one.chunks.slice(0, 3), ...other.chunks.slice(3)],
  }),
  "a header that asks for too much work": withLine(one, LINES.stanza, (line) =>
    line.replace(/\d+$/, "30"),
  ),
  "cut in its header": file.subarray(0, 70),
  "cut behind its header": file.subarray(0, one.header.length),
  "cut in a chunk": file.subarray(0, file.length - 5000),
  "a bit in its last tag": flipped(file, file.length - 1),
  "with more behind its end": Buffer.concat([file, Buffer.from("more")]),
  "with its first chunks exchanged": putTogether({
    ...one,
    chunks: [...one.chunks.slice(1, 2), ...one.chunks.slice(0, 1), ...one.chunks.slice(2)],
  }),
  "nothing but zeros": Buffer.alloc(file.length),
});

const contentOf = (dataDir: string): string => {
  const connection = openSqlite(join(dataDir, "local-mcp-gateway.db"), { readonly: true });
  const { sha256 } = contentDigest(connection, { except: EXCEPT });
  connection.close();
  return sha256;
};

const megabytes = ({ child }: Serving, field: "VmRSS" | "VmHWM"): number => {
  const status = readFileSync(`/proc/${child.pid}/status`, "utf8");
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, "m").exec(status)?.[1]) / 1024;
};

const refuse = async (api: BackupApi): Promise<void> => {
  const { id } = await api.restore(NAME, PASSPHRASE);
  const { state, problem } = await api.ended(id);
  if (problem && isErrorCode(problem.code)) throw new GatewayError(problem.code, problem.params);
  if (state !== "done") throw new Error(`it is ${state}, and nobody knows why`);
};

/** Damaged files given to a gateway that serves, which goes on as it was. */
export const throughTheGateway = async (form: Form): Promise<Section> => {
  const tally = new Tally();
  const root = await scratch();
  const dataDir = join(root, "data");
  const serving = await Serving.start(dataDir, { PATH: process.env["PATH"], HOME: root });
  atEnd(async () => {
    if (serving.child.exitCode === null) await serving.end("SIGTERM");
  });
  const rssBefore = megabytes(serving, "VmRSS");
  const api = new BackupApi(dataDir);
  const folder = join(dataDir, "backups");
  await mkdir(folder, { recursive: true });
  const made = [await api.create(PASSPHRASE), await api.create(PASSPHRASE)];
  const [file = Buffer.alloc(0), other = Buffer.alloc(0)] = await Promise.all(
    made.map(({ name }) => readFile(join(folder, name))),
  );
  const before = contentOf(dataDir);
  const all = Object.entries(damages(file, takeApart(file), takeApart(other)));
  for (const [what, bytes] of all.slice(0, CASES[form])) {
    await writeFile(join(folder, NAME), bytes);
    await tally.refuses("a damaged file, restored", what, () => refuse(api));
    tally.check(contentOf(dataDir) === before, `${what}: the data has changed`);
    const left = await readdir(join(dataDir, "restore"));
    tally.check(left.length === 0, `${what}: left behind ${left.join(", ")}`);
  }
  const there = await readdir(dataDir);
  const begun = OF_A_RESTORE.filter((name) => there.includes(name));
  tally.check(begun.length === 0, `a restore was begun: ${begun.join(", ")}`);
  // The control: what is not damaged is restored.
  await writeFile(join(folder, NAME), file);
  await refuse(api).catch((error: unknown) => tally.check(false, `a whole one: ${String(error)}`));
  tally.check((await readdir(dataDir)).includes("previous"), "a whole one was not restored");
  const found = tally.section("through the gateway");
  const memory = memoryFinding(rssBefore, megabytes(serving, "VmHWM"));
  const { code } = await serving.end("SIGTERM");
  const ended = code === 0 ? [] : [`the gateway ended with ${code}`];
  return {
    name: found.name,
    figures: [...found.figures, ...memory.figures],
    faults: [...found.faults, ...memory.faults, ...ended],
  };
};

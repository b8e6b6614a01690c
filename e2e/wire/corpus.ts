/**
 * Makes the corpus that fuzzing starts from: `node e2e/wire/corpus.ts DIR`, where DIR is what
 * `npm run conformance -- --keep DIR` left. Writes one message of each kind to corpus.jsonl.
 */
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isRecord } from "../fixtures/json-rpc.ts";
import { readRecorded } from "./record.ts";
import { place, type Placed } from "./revisions.ts";

const CORPUS = fileURLToPath(new URL("corpus.jsonl", import.meta.url));
/** A longer message shows nothing that a shorter one of its kind does not, characters. */
const LONGEST = 6000;

const keysOf = (value: unknown): string =>
  isRecord(value) ? Object.keys(value).sort().join() : "";

/** Messages of one kind have the same direction, revision, method and fields. */
const kind = ({ recorded: { link, from, message }, revision, answers }: Placed): string => {
  if (!isRecord(message)) return "";
  const { method = `answer to ${answers}`, params, result, error } = message;
  const what = [isRecord(params) ? params.name : "", isRecord(error) ? error.code : ""];
  const parts = [
    revision,
    link,
    from,
    method,
    ...what,
    keysOf(message),
    keysOf(params),
    keysOf(result),
  ];
  return parts.join(" ");
};

/** The same bytes on every machine and at every time. */
const settled = (line: string): string =>
  line
    .replaceAll(/(127\.0\.0\.1|localhost):\d+/g, "$1:4444")
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "0".repeat(32));

const [directory] = process.argv.slice(2);
if (directory === undefined) throw new Error("usage: node corpus.ts DIR");

const lines = new Map<string, string>();
const files = await readdir(directory, { recursive: true });
for (const file of files.filter((name) => name.endsWith("wire.jsonl")).sort()) {
  for (const placed of place(await readRecorded(join(directory, file)))) {
    const { recorded, revision } = placed;
    const { link, from, message } = recorded;
    const line = settled(JSON.stringify({ revision, link, from, message }));
    const key = kind(placed);
    const known = lines.get(key);
    const shorter = known === undefined || line.length < known.length;
    if (line.length <= LONGEST && shorter) lines.set(key, line);
  }
}
const sorted = [...lines].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, line]) => line);
await writeFile(CORPUS, sorted.map((line) => `${line}\n`).join(""));
console.log(`${sorted.length} messages`);

import {
  type ExportEstimate,
  type ExportResult,
  KIND_OF_SEED,
  type KindCounts,
  seedType,
} from "@local-mcp/contract";
import { bytes, oneLine, plural } from "../output.ts";
import { typeWord } from "./transfer-options.ts";

/** Lines of a summary, as the seeds have them. */
export const bullets = (lines: readonly string[]): string[] =>
  lines.map((line) => `  • ${oneLine(line)}`);

/** The same under a title that says how many, or nothing where there is none. */
const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : ["", `${title} (${lines.length}):`, ...bullets(lines)];

/** In the order in which a file has them. */
const countLines = (counts: KindCounts): string[] =>
  seedType.options
    .map((type) => ({ type, count: counts[KIND_OF_SEED[type]] }))
    .filter(({ count }) => count > 0)
    .map(({ type, count }) => `${type}: ${count}`);

const addedLines = (added: ExportResult["added"]): string[] =>
  added.map(({ kind, name, neededBy }) => `${typeWord(kind)} ${name}, for ${neededBy}`);

const leftLines = (notIncluded: ExportResult["notIncluded"]): string[] =>
  notIncluded.map(({ what, how }) => `${what} ${how}`);

const secretText = ({ sealed, left }: ExportResult["secrets"]): string[] => [
  ...(sealed > 0 ? [`Secrets sealed: ${sealed}`] : []),
  ...(left > 0 ? [`Secrets left out: ${left}`] : []),
];

/** What an export came to. `path` is null where it went to standard output. */
export const exportText = (
  result: Omit<ExportResult, "warnings">,
  { path, verbose }: { path: string | null; verbose: boolean },
): string =>
  [
    "Export completed!",
    "Results:",
    ...bullets([
      `Total entities: ${result.total}`,
      ...countLines(result.counts),
      ...secretText(result.secrets),
    ]),
    ...(verbose ? section("Along with what needs it", addedLines(result.added)) : []),
    ...(verbose ? section("Not in the file", leftLines(result.notIncluded)) : []),
    ...(path === null
      ? []
      : ["", `Written to ${path} (${bytes(Buffer.byteLength(result.text))}).`]),
  ].join("\n");

const sealedWith = ({ secrets, hasEncryptionSecret }: ExportEstimate): string => {
  if (secrets === 0) return "There are no secrets in it.";
  const count = `There ${secrets === 1 ? "is" : "are"} ${plural(secrets, "secret")} in it`;
  return hasEncryptionSecret
    ? `${count}. The gateway's AUTH_ENCRYPTION_SECRET seals them unless you give a passphrase.`
    : `${count}. A passphrase or an AUTH_ENCRYPTION_SECRET seals them.`;
};

/** What an export would come to. */
export const estimateText = (estimate: ExportEstimate): string =>
  [
    `Would export ${plural(estimate.total, "entity", "entities")}, about ${bytes(estimate.bytes)}.`,
    ...bullets(countLines(estimate.counts)),
    sealedWith(estimate),
    ...section("Along with what needs it", addedLines(estimate.added)),
    ...section("Not in the file", leftLines(estimate.notIncluded)),
  ].join("\n");

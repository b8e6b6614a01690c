import { GatewayError, type ImportProblem, KIND_OF_SEED, seedType } from "@local-mcp/contract";
import { contextForgeKey } from "@local-mcp/vault";
import { type AnyEntity, keyOf } from "../../entity.ts";
import { isObject } from "../../mapping/reading.ts";
import { pointerTo } from "../../pointer.ts";
import type { Keys, ParsedFile, ReadEntity, ReadFile } from "../../types.ts";
import { readPrompt, readResource, readRoot } from "./contents.ts";
import { sealedIn } from "./credentials.ts";
import { readGateway } from "./gateways.ts";
import type { Made } from "./made.ts";
import { firstText, type Given, type Opener, Reading } from "./reading.ts";
import { readServer, References } from "./servers.ts";
import { readTool } from "./tools.ts";

type SeedType = keyof typeof KIND_OF_SEED;

/** The lists of a file, and what is wrong with its outer form. */
interface Lists {
  entries: { type: SeedType; pointer: string; given: Given }[];
  problems: ImportProblem[];
}

/** Beside the lists of a file that has them at its top. */
const ENVELOPE: readonly string[] = [
  "version",
  "exported_at",
  "exported_by",
  "source_gateway",
  "encryption_method",
  "metadata",
  "entities",
];

/** Whether a document has the outer form of a ContextForge export, early or late. */
export function isContextForge(document: unknown): document is Given {
  if (!isObject(document) || "format" in document || !("version" in document)) return false;
  return "entities" in document || seedType.options.some((type) => type in document);
}

/**
 * Reads an export of ContextForge, from v0.4 to v1.0, and the early form with its lists at the top.
 *
 * @param name what a person calls the file
 */
export function readContextForge(document: Given, name: string): ParsedFile {
  const lists = listsOf(document);
  const sealed = lists.entries
    .filter(({ type }) => type === "gateways" || type === "tools")
    .flatMap(({ given }) => sealedIn(given));
  return {
    format: "contextforge",
    sealed: { count: sealed.length, with: sealed.length > 0 ? "AUTH_ENCRYPTION_SECRET" : null },
    open: async (keys) => readAll(document, lists, keysFor(sealed, keys, name)),
  };
}

/** Those of what was given that may open it; null where nothing is to be opened. */
function keysFor(sealed: readonly string[], given: Keys | null, name: string): Opener["keys"] {
  if (given === null || sealed.length === 0) return null;
  const { passphrase, sourceSecret, encryptionSecret, rekeySecret } = given;
  const secrets = [passphrase, sourceSecret, encryptionSecret, rekeySecret].flatMap((one) =>
    one === undefined || one === "" ? [] : [one],
  );
  const count = sealed.length;
  const source = "the AUTH_ENCRYPTION_SECRET of the ContextForge it comes from";
  if (secrets.length === 0) {
    throw new GatewayError("import_secret_needed", { name, count, with: source });
  }
  const keys = [...new Set(secrets)].map(contextForgeKey);
  const fitting = keys.filter((key) => sealed.some((text) => key.open(text) !== null));
  if (fitting.length === 0) {
    const option = "--source-secret-file";
    throw new GatewayError("import_secret_wrong", { name, with: source, option });
  }
  return fitting;
}

function readAll(document: Given, { entries, problems }: Lists, keys: Opener["keys"]): ReadFile {
  const losses: ImportProblem[] = [];
  const opener: Opener = { keys, counts: { opened: 0, plain: 0 } };
  const ofType = (wanted: SeedType) =>
    entries.flatMap(({ type, given }) => (type === wanted ? [given] : []));
  const references = new References(ofType("tools"), ofType("gateways"));
  const found: ReadEntity[] = [];
  for (const { type, pointer, given } of entries) {
    const reading = new Reading(pointer, opener, losses);
    const before = losses.length;
    const entity = read(type, given, reading, references);
    const isLost = entity === null && reading.problems.length === 0 && losses.length > before;
    if (isLost) continue;
    found.push({
      kind: KIND_OF_SEED[type],
      name: entity === null ? (firstText(given.name, given.uri) ?? "") : keyOf(entity),
      pointer,
      entity: reading.problems.length > 0 ? null : entity,
      problems: reading.problems,
      warnings: reading.warnings,
    });
  }
  const { plain } = opener.counts;
  return {
    format: "contextforge",
    source: {
      exportedAt: firstText(document.exported_at) ?? null,
      exportedBy: firstText(document.exported_by) ?? null,
      gateway: firstText(document.source_gateway) ?? null,
    },
    entities: found,
    problems,
    warnings:
      plain > 0
        ? [`${plain} secrets are in the file in clear. They are sealed when they are stored.`]
        : [],
    losses: [...losses, ...lostLinks(entries)],
    secrets: opener.counts,
  };
}

/** Which prompts and resources a server has is in none of its exports. */
function lostLinks(entries: Lists["entries"]): ImportProblem[] {
  const has = (type: SeedType): boolean => entries.some((one) => one.type === type);
  const servers = entries.filter(({ type }) => type === "servers");
  const isSaid = servers.some(
    ({ given }) => "associated_prompts" in given || "associated_resources" in given,
  );
  const [first] = servers;
  if (first === undefined || isSaid || !(has("prompts") || has("resources"))) return [];
  const pointer = first.pointer.replace(/\/\d+$/, "");
  const message = "Which prompts and resources a server has is not in the file: put them in here.";
  return [{ pointer, message }];
}

function read(
  type: SeedType,
  given: Given,
  reading: Reading,
  references: References,
): AnyEntity | null {
  switch (type) {
    case "tools":
      return entityOf("tool", readTool(given, reading));
    case "gateways":
      return entityOf("server", readGateway(given, reading));
    case "servers":
      return entityOf("profile", readServer(given, reading, references));
    case "prompts":
      return entityOf("prompt", readPrompt(given, reading));
    case "resources":
      return entityOf("resource", readResource(given, reading));
    default:
      return entityOf("root", readRoot(given, reading));
  }
}

/** Its exports carry no ids. */
const entityOf = <Kind extends AnyEntity["kind"]>(kind: Kind, made: Made<Kind> | null) =>
  made && { kind, uid: null, ...made };

function listsOf(document: Given): Lists {
  const entries: Lists["entries"] = [];
  const problems: ImportProblem[] = [];
  const inner = document.entities;
  const hasEntities = inner !== undefined;
  const parent = hasEntities ? "/entities" : "";
  const outer = hasEntities ? inner : document;
  if (!isObject(outer)) {
    return { entries, problems: [{ pointer: parent, message: "It has to be an object." }] };
  }
  for (const [key, list] of Object.entries(outer)) {
    const pointer = pointerTo(parent, key);
    const type = seedType.safeParse(key);
    if (!type.success) {
      if (!hasEntities && ENVELOPE.includes(key)) continue;
      problems.push({ pointer, message: "Unknown entity type." });
    } else if (!Array.isArray(list)) {
      problems.push({ pointer, message: "It has to be a list." });
    } else {
      for (const [place, given] of list.entries()) {
        const at = pointerTo(pointer, place);
        if (isGiven(given)) entries.push({ type: type.data, pointer: at, given });
        else problems.push({ pointer: at, message: "It has to be an object." });
      }
    }
  }
  return { entries, problems };
}

const isGiven = (value: unknown): value is Given => isObject(value);

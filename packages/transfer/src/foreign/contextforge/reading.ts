import type { ImportProblem } from "@local-mcp/contract";
import type { ContextForgeKey } from "@local-mcp/vault";
import { pointerTo } from "../../pointer.ts";
import { isEmpty, isObject, WITHOUT_MEANING } from "../../mapping/reading.ts";

/** One entry of a file, as it is there. */
export type Given = Readonly<Record<string, unknown>>;

/** base64url of a nonce, a tag and something between them. */
const SHORTEST = 39;
const NO_BASE64URL = /[^A-Za-z0-9_-]/;

export function isSealed(value: unknown): value is string {
  if (typeof value !== "string") return false;
  const text = value.replace(/={1,2}$/, "");
  return text.length >= SHORTEST && !NO_BASE64URL.test(text);
}

/** Opens the sealed values of a file; null where they are left alone. */
export interface Opener {
  keys: readonly ContextForgeKey[] | null;
  counts: { opened: number; plain: number };
}

/** Said of fields that nothing here stands for; of every other one it is said that there is none. */
const LOSSES: ReadonlyMap<string, string> = new Map([
  ["rate_limit", "A tool here has no limit of its own for how often it is called."],
  ["passthrough_headers", "Headers of a client are not passed on to a server here."],
  ["oauth_config", "How it is signed in to is set here, at the server."],
  ["ca_certificate", "Certificates are trusted here for all servers, by NODE_EXTRA_CA_CERTS."],
]);

/** Kept by ContextForge for itself, or the same for everything that it has. */
const SILENT: ReadonlySet<string> = new Set([...WITHOUT_MEANING, "capabilities", "size", "slug"]);

/** Reads one entry: what is said of it goes into the lists of the file. */
export class Reading {
  readonly pointer: string;
  readonly opener: Opener;
  readonly problems: ImportProblem[] = [];
  readonly losses: ImportProblem[];
  readonly warnings: string[] = [];

  constructor(pointer: string, opener: Opener, losses: ImportProblem[]) {
    this.pointer = pointer;
    this.opener = opener;
    this.losses = losses;
  }

  at(field: string): string {
    return field === "" ? this.pointer : pointerTo(this.pointer, field);
  }

  problem(field: string, message: string): void {
    this.problems.push({ pointer: this.at(field), message });
  }

  loss(field: string, message: string): void {
    this.losses.push({ pointer: this.at(field), message });
  }

  /** Names the fields that say something and were not read. */
  leftOver(given: Given, read: readonly string[]): void {
    for (const [field, value] of Object.entries(given)) {
      const said = LOSSES.get(field);
      if (read.includes(field) || isEmpty(value) || value === "" || value === false) continue;
      if (said !== undefined || !SILENT.has(field)) {
        this.loss(field, said ?? `Nothing here stands for “${field.slice(0, 100)}”.`);
      }
    }
  }

  /** Cut where it is longer than can be stored. */
  text(field: string, value: unknown, most: number): string {
    if (typeof value !== "string") return "";
    if (value.length > most) this.loss(field, `It is cut to ${most} characters.`);
    return value.slice(0, most);
  }
}

/** The first of these that is a text with something in it. */
export const firstText = (...values: readonly unknown[]): string | undefined =>
  values.find((value): value is string => typeof value === "string" && value.trim() !== "");

export const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];

/** Each once, as text or as pairs of id and label. */
export const tagsOf = (value: unknown): string[] => {
  const all = (Array.isArray(value) ? value : []).map((one: unknown) =>
    isObject(one) ? firstText(...["label", "id"].map((name) => memberOf(one, name))) : one,
  );
  return [...new Set(textsOf(all).map((text) => text.replaceAll(",", " ").trim()))].filter(
    (text) => text !== "",
  );
};

export const memberOf = (value: object, name: string): unknown =>
  Object.entries(value).find(([key]) => key === name)?.[1];

/** Whether it is on, in either of the words for it. */
export const isOn = ({ enabled, is_active: active }: Given): boolean =>
  enabled !== false && active !== false;

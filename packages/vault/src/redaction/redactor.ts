import { KnownSecrets, LatestSecrets } from "./known-secrets.ts";
import { isSecretName } from "./names.ts";
import { placeholder, type Range, without } from "./ranges.ts";
import { findShapes, redactText } from "./shapes.ts";

/** What a redactor gets to know, as another one has to be told of it. */
export type RedactorChange = { kind: "know" | "know_for_now"; value: string } | { kind: "forget" };

/** Takes secrets out of what people and files get to see. There is one for each gateway. */
export interface Redactor {
  /**
   * From now on the value is removed wherever it stands, encoded or not. What is no secret by
   * itself, such as `production` or `8080`, is not taken: see `isParticular`.
   */
  know(value: string): void;
  /** The same of one that another will follow, such as a token: only the latest of these are kept. */
  knowForNow(value: string): void;
  /** Forgets all that it knows. */
  forget(): void;
  /**
   * Tells of all that it knows, and of each change from then on: what makes another one, in a thread
   * of its own, find the same.
   *
   * @returns what ends that
   */
  follow(listener: (change: RedactorChange) => void): () => void;
  /** The text with `[removed: what]` for each secret and each thing that looks like one. */
  text(text: string): string;
  /** The same for a value of JSON, whose members also say by name what is secret. */
  json(value: unknown): unknown;
}

/** Knows no secret yet. What it gets to know is kept in memory only. */
export function createRedactor(): Redactor {
  const known = new KnownSecrets();
  const latest = new LatestSecrets();
  const text = (dirty: string): string => {
    const ranges: Range[] = [];
    known.find(dirty, (range) => ranges.push(range));
    latest.find(dirty, (range) => ranges.push(range));
    return without(dirty, [...ranges, ...findShapes(dirty)]);
  };
  const followers = new Set<(change: RedactorChange) => void>();
  const tell = (change: RedactorChange): void => {
    for (const follower of followers) follower(change);
  };
  return {
    know: (value) => {
      known.add(value);
      tell({ kind: "know", value });
    },
    knowForNow: (value) => {
      latest.add(value);
      tell({ kind: "know_for_now", value });
    },
    forget: () => {
      known.clear();
      latest.clear();
      tell({ kind: "forget" });
    },
    follow: (listener) => {
      for (const value of known.values()) listener({ kind: "know", value });
      for (const value of latest.values()) listener({ kind: "know_for_now", value });
      followers.add(listener);
      return () => followers.delete(listener);
    },
    text,
    json: (value) => cleaned(value, text, 0),
  };
}

/** Lets a redactor know what another one, which it follows, got to know. */
export function learn(
  redactor: Pick<Redactor, "know" | "knowForNow" | "forget">,
  change: RedactorChange,
): void {
  if (change.kind === "know") redactor.know(change.value);
  else if (change.kind === "know_for_now") redactor.knowForNow(change.value);
  else redactor.forget();
}

/**
 * The text without these secrets, encoded or not: for what somebody answers who was shown them.
 * What only looks like a secret stays, since it may be what was asked for.
 */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  if (secrets.length === 0) return text;
  const known = new KnownSecrets();
  for (const secret of secrets) known.add(secret);
  const ranges: Range[] = [];
  known.find(text, (range) => ranges.push(range));
  return without(text, ranges);
}

/** {@link Redactor.json} for places that know no secrets. */
export const redactJson = (value: unknown): unknown => cleaned(value, redactText, 0);

/** What is longer says nothing more to a reader, characters. */
const MAX_TEXT = 8 * 1024;
/** So much beyond it is read, so that what the end would cut is still known for what it is. */
const BEYOND = 4 * 1024;
const MAX_DEPTH = 64;

type Clean = (text: string) => string;

function shortened(text: string, clean: Clean): string {
  if (text.length <= MAX_TEXT) return clean(text);
  const cleanText = clean(text.slice(0, MAX_TEXT + BEYOND));
  return `${cleanText.slice(0, MAX_TEXT)}…`;
}

function cleaned(value: unknown, clean: Clean, depth: number): unknown {
  if (typeof value === "string") return shortened(value, clean);
  if (typeof value === "bigint") return clean(String(value));
  if (typeof value === "number") {
    const text = clean(String(value));
    return text === String(value) ? value : text;
  }
  if (value === null || typeof value !== "object") return value;
  if (depth >= MAX_DEPTH) return placeholder("nested too deep");
  if ("toJSON" in value && typeof value.toJSON === "function") {
    return cleaned(value.toJSON(), clean, depth + 1);
  }
  if (Array.isArray(value)) return value.map((one) => cleaned(one, clean, depth + 1));
  return membersOf(value, clean, depth);
}

function membersOf(value: object, clean: Clean, depth: number): unknown {
  const named = nameOf(value);
  return Object.fromEntries(
    Object.entries(value).map(([name, member]: [string, unknown]) => [
      clean(name),
      isSecretName(name) || (name === "value" && named !== null && isSecretName(named))
        ? secretMember(member, clean, depth)
        : cleaned(member, clean, depth + 1),
    ]),
  );
}

/** What an entry of a list of variables or headers is called. */
function nameOf(value: object): string | null {
  if ("name" in value && typeof value.name === "string") return value.name;
  return "key" in value && typeof value.key === "string" ? value.key : null;
}

/** Texts and numbers go; whether one is set, and how it is described, says nothing about it. */
function secretMember(member: unknown, clean: Clean, depth: number): unknown {
  if (typeof member === "string") return member === "" ? "" : placeholder("value");
  if (typeof member === "number") return placeholder("value");
  if (Array.isArray(member) && depth < MAX_DEPTH) {
    return member.map((one) => secretMember(one, clean, depth + 1));
  }
  return cleaned(member, clean, depth + 1);
}

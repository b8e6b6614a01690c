import type { ImportProblem, TransferKind } from "@local-mcp/contract";
import { isExportSealed } from "@local-mcp/vault";
import { z } from "zod";
import { authType } from "../mapping/credentials.ts";
import { isMask, isObject } from "../mapping/reading.ts";
import { pointerTo } from "../pointer.ts";
import type { FileSeal } from "../types.ts";
import { AUTH_VALUE } from "./secret-writer.ts";

/** What is done with the secrets of a file. */
export interface Opening {
  /** Null where the file has none that is sealed, or they are left alone. */
  seal: FileSeal | null;
  /** Whether they are left alone, as if the file had no values. */
  leaves: boolean;
}

/** What stands for a secret and is none: a mask, or what documents write in its place. */
const isStandIn = (text: string): boolean =>
  isMask(text) || /^<[^<>]*>$/.test(text) || /^(encrypted|your)[-_ ].*[-_ ]here$/i.test(text);

interface Found {
  /** Empty where it is not to be had. */
  text: string;
  from: "sealed" | "plain" | "nothing";
}

/** Reads the secrets of one entity: opens what is sealed, and counts what is in clear. */
export class SecretReader {
  readonly problems: ImportProblem[] = [];
  /** Places of secrets.ts without a value. */
  readonly withheld = new Set<string>();
  /** Fields that have a secret in clear. */
  readonly plain: string[] = [];
  opened = 0;
  readonly #of: { kind: TransferKind; uid: string; pointer: string };
  readonly #opening: Opening;

  constructor(of: { kind: TransferKind; uid: string; pointer: string }, opening: Opening) {
    this.#of = of;
    this.#opening = opening;
  }

  problem(path: readonly string[], message: string): void {
    this.problems.push({ pointer: pointerTo(this.#of.pointer, ...path), message });
  }

  /** Of {@link find} the text. */
  read(value: unknown, path: readonly string[], place = path.join("/")): string {
    return this.find(value, path, place, place).text;
  }

  /**
   * @param path of its field
   * @param place of secrets.ts
   * @param at what it was bound to when it was sealed
   */
  find(value: unknown, path: readonly string[], place: string | null, at: string): Found {
    const nothing: Found = { text: "", from: "nothing" };
    if (value === null || (this.#opening.leaves && typeof value === "string")) {
      if (place !== null) this.withheld.add(place);
      return nothing;
    }
    if (typeof value !== "string") {
      this.problem(path, "It has to be a text.");
    } else if (isStandIn(value)) {
      this.#invalid(
        path,
        "it is what is written in the place of a secret. Write null to keep what is stored.",
      );
    } else if (!isExportSealed(value)) {
      this.plain.push(path.join("."));
      return { text: value, from: "plain" };
    } else {
      return this.#open(value, path, at) ?? nothing;
    }
    return nothing;
  }

  #open(sealed: string, path: readonly string[], at: string): Found | null {
    const { kind, uid } = this.#of;
    const text = this.#opening.seal?.open(sealed, { kind, uid, place: at }) ?? null;
    if (text === null) {
      this.#invalid(path, "it is not as it was sealed, or was sealed for another field.");
      return null;
    }
    this.opened += 1;
    return { text, from: "sealed" };
  }

  #invalid(path: readonly string[], reason: string): void {
    this.problem(path, `Invalid authentication data: ${reason}`);
  }
}

/** Fields of an entity by their names in snake case; what is a secret is put there in clear. */
export type Given = Map<string, unknown>;

/**
 * Values of a file, by name; null for a secret that is not in it. What stands for a secret and is
 * none is told before they are checked, and what is plain may be any text.
 */
export const valuesInFile = z.record(z.string(), z.string().nullable());

const names = z.array(z.string()).catch([]);

/** @param plainField lists the names whose values are no secrets */
export function revealFixed(
  given: Given,
  field: string,
  plainField: string | null,
  secrets: SecretReader,
): void {
  const values = given.get(field);
  if (!isObject(values)) return;
  const plain = new Set(plainField === null ? [] : names.parse(given.get(plainField)));
  const read = Object.entries(values).map(([name, value]: [string, unknown]) => {
    if (!plain.has(name)) return [name, secrets.read(value, [field, name])];
    if (value === null) secrets.problem([field, name], "It has to be a text.");
    return [name, value];
  });
  given.set(field, Object.fromEntries(read));
}

/** @param places of secrets.ts, of what each type stores */
export function revealAuth(
  given: Given,
  secrets: SecretReader,
  places: { bearer: string; basic: string },
): void {
  const field = gatherAuth(given);
  const type = authType.safeParse(given.get("auth_type")).data;
  const value = given.get("auth_value") ?? null;
  const path = [field];
  if (type === "bearer") {
    given.set("auth_value", secrets.find(value, path, places.bearer, AUTH_VALUE.bearer).text);
  } else if (type === "basic") {
    const { text, from } = secrets.find(value, path, places.basic, AUTH_VALUE.basic);
    const isUser = from === "sealed" && !text.includes(":");
    if (isUser) secrets.withheld.add(places.basic);
    given.set("auth_value", from === "nothing" || isUser ? `${text}:` : text);
  } else if (type === "authheaders") {
    given.set("auth_value", headersIn(value, path, secrets));
  }
}

function headersIn(value: unknown, path: string[], secrets: SecretReader): unknown {
  if (isObject(value)) {
    const read = Object.entries(value).map(([name, one]: [string, unknown]) => [
      name,
      secrets.find(one, [...path, name], `headers/${name}`, `headers/${name}`).text,
    ]);
    return Object.fromEntries(read);
  }
  const { text, from } = secrets.find(value, path, null, AUTH_VALUE.authheaders);
  if (from !== "sealed") return from === "plain" ? text : null;
  try {
    return JSON.parse(text);
  } catch {
    // Sealed by somebody else who knows the secret; as text it is refused.
    return text;
  }
}

/**
 * Scripts may send credentials in fields of their own; here they are one `auth_value`.
 *
 * @returns the field that they are in
 */
function gatherAuth(given: Given): string {
  const take = (field: string): unknown => {
    const value = given.get(field) ?? null;
    given.delete(field);
    return value;
  };
  const token = take("auth_token");
  const [username, password] = [take("auth_username"), take("auth_password")];
  const [key, value, list] = ["auth_header_key", "auth_header_value", "auth_headers"].map(take);
  if ((given.get("auth_value") ?? null) !== null) return "auth_value";
  if (token !== null) {
    given.set("auth_value", token);
    return "auth_token";
  }
  if (typeof username === "string" && typeof password === "string") {
    given.set("auth_value", isStandIn(password) ? password : `${username}:${password}`);
    return "auth_password";
  }
  if (typeof key === "string") {
    given.set("auth_value", { [key]: value });
    return "auth_header_value";
  }
  const pairs = z.array(z.object({ key: z.string(), value: z.unknown() })).safeParse(list).data;
  if (pairs === undefined) return "auth_value";
  given.set("auth_value", Object.fromEntries(pairs.map((one) => [one.key, one.value])));
  return "auth_headers";
}

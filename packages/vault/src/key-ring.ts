import { GatewayError } from "@local-mcp/contract";
import { bind, decrypt, encrypt } from "./aead.ts";
import type { DataKey } from "./data-key.ts";

/** Where a sealed value is stored. It opens there and nowhere else. */
export interface Place {
  table: string;
  column: string;
  row: string;
  /** What a person calls the owner of the value; for error texts only, not part of the seal. */
  owner?: string;
}

const VERSION = "v1";

/** The data keys that are open: the one that seals, and those that a rotation replaces by it. */
export class KeyRing {
  readonly current: DataKey;
  readonly #retiring = new Map<string, DataKey>();

  constructor(current: DataKey, retiring: readonly DataKey[] = []) {
    this.current = current;
    for (const key of retiring) this.#retiring.set(key.id, key);
  }

  get retiring(): readonly DataKey[] {
    return [...this.#retiring.values()];
  }

  /** Seals with the current key. @throws GatewayError validation_failed */
  seal(text: string, place: Place): string {
    const plain = Buffer.from(text, "utf8");
    // A lone surrogate would come back as another character.
    if (plain.toString("utf8") !== text) {
      throw new GatewayError("validation_failed", {
        detail: `The secret of ${ownerOf(place)} is not well-formed Unicode.`,
      });
    }
    const { id, bytes } = this.current;
    return `${VERSION}.${id}.${encrypt(bytes, plain, binding(place, id))}`;
  }

  /** Null when it is not exactly what one of the keys sealed for this place. */
  open(sealed: string, place: Place): string | null {
    const [version, keyId, payload, ...rest] = sealed.split(".");
    if (version !== VERSION || keyId === undefined || payload === undefined) return null;
    const key = keyId === this.current.id ? this.current : this.#retiring.get(keyId);
    if (key === undefined || rest.length > 0) return null;
    return decrypt(key.bytes, payload, binding(place, keyId))?.toString("utf8") ?? null;
  }

  /** Lets a key go that no value needs any more. */
  drop(keyId: string): void {
    this.#retiring.get(keyId)?.bytes.fill(0);
    this.#retiring.delete(keyId);
  }

  /** Zeroes every key; the ring opens nothing from here on. */
  destroy(): void {
    for (const { bytes } of [this.current, ...this.#retiring.values()]) bytes.fill(0);
    this.#retiring.clear();
  }
}

export const ownerOf = ({ table, row, owner }: Place): string => owner ?? `${table} ${row}`;

/** What every value begins with that the data key has sealed. */
export const sealedUnder = (keyId: string): string => `${VERSION}.${keyId}.`;

const binding = ({ table, column, row }: Place, keyId: string): Buffer =>
  bind("lmg", VERSION, table, column, row, keyId);

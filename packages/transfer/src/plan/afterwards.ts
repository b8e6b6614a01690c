import type { TransferKind } from "@local-mcp/contract";
import { type AnyEntity, keyOf } from "../entity.ts";
import type { Surroundings } from "../types.ts";
import { type Decision, isWritten, type Stored } from "./decide.ts";

const idOf = (kind: TransferKind, key: string): string => `${kind} ${key}`;

/** What will be there once the import is done, under the names that it will have. */
export class Afterwards implements Surroundings {
  readonly #stored: Stored;
  /** What the import writes, by its name afterwards. */
  readonly #written = new Map<string, AnyEntity>();
  /** Names that it takes from something. */
  readonly #left = new Set<string>();
  /** Names of the file, and what they come to. */
  readonly #names = new Map<string, string>();
  /** Names of what the file has and nobody can read. */
  readonly #unread = new Set<string>();

  constructor(stored: Stored, decisions: readonly Decision[]) {
    this.#stored = stored;
    for (const decision of decisions) {
      const { read, entity, before, name, action } = decision;
      if (entity === null) this.#unread.add(idOf(read.kind, name));
      if (entity === null || this.#names.has(idOf(entity.kind, name))) continue;
      const kept = before === null || isWritten(decision) ? keyOf(entity) : keyOf(before);
      this.#names.set(idOf(entity.kind, name), kept);
      if (!isWritten(decision)) continue;
      this.set(entity);
      if (action === "update" && before && keyOf(before) !== kept) {
        this.#left.add(idOf(entity.kind, keyOf(before)));
      }
    }
  }

  /** How it will read, once that is known. */
  set(entity: AnyEntity): void {
    this.#written.set(idOf(entity.kind, keyOf(entity)), entity);
  }

  /** It cannot be written. */
  drop(entity: AnyEntity): void {
    this.#written.delete(idOf(entity.kind, keyOf(entity)));
  }

  has(kind: TransferKind, key: string): boolean {
    return this.#written.has(idOf(kind, key)) && this.#stored.ofKey(kind, key) === null;
  }

  find(kind: TransferKind, key: string): AnyEntity | null {
    const id = idOf(kind, key);
    const written = this.#written.get(id);
    if (written) return written;
    return this.#left.has(id) ? null : this.#stored.ofKey(kind, key);
  }

  /** What a name in the file comes to; null where there will be no such thing. */
  resolve(kind: TransferKind, key: string): string | null {
    const name = this.#names.get(idOf(kind, key)) ?? key;
    return this.find(kind, name) === null ? null : name;
  }

  /** Whether the file has it, and it is chosen, though it may have problems. */
  isInFile(kind: TransferKind, key: string): boolean {
    const id = idOf(kind, key);
    return this.#names.has(id) || this.#unread.has(id);
  }
}

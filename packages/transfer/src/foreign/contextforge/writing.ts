import { slugify, type TransferSelection } from "@local-mcp/contract";
import type { ContextForgeKey } from "@local-mcp/vault";
import { type AnyEntity, keyOf, titleOf } from "../../entity.ts";

/** What a file cannot say, by the sentence that says so. */
export class Lost {
  readonly #names = new Map<string, string[]>();

  /** @param sentence without a full stop: names come after it */
  add(sentence: string, name: string): void {
    const names = this.#names.get(sentence) ?? [];
    names.push(name);
    this.#names.set(sentence, names);
  }

  sentences(): string[] {
    return [...this.#names].map(([sentence, names]) => `${sentence}: ${names.join(", ")}.`);
  }
}

/** What the parts of one file have in common. */
export interface Writing {
  lost: Lost;
  /** Whose credentials were sealed. */
  sealed: AnyEntity[];
  /** Seals credentials; null where they are left out, which is said, or where they have no value. */
  seal: (entity: AnyEntity, credentials: Record<string, string> | null) => string | null;
}

const isNamed = (entity: AnyEntity, wanted: TransferSelection): boolean => {
  const names = wanted[entity.kind];
  const own = [keyOf(entity), titleOf(entity), entity.uid];
  return names !== undefined && (names.length === 0 || names.some((name) => own.includes(name)));
};

/** @param key null where there is nothing to seal with */
export const writing = (key: ContextForgeKey | null, secretsOf: TransferSelection): Writing => {
  const lost = new Lost();
  const sealed: AnyEntity[] = [];
  return {
    lost,
    sealed,
    seal(entity, credentials) {
      if (credentials === null) return null;
      if (key !== null && isNamed(entity, secretsOf)) {
        lost.add(UNSALTED, keyOf(entity));
        sealed.push(entity);
        return key.seal(JSON.stringify(credentials));
      }
      lost.add("Secrets are left out, since nobody asked for them by name", keyOf(entity));
      return null;
    },
  };
};

const UNSALTED =
  "The key of this format has no salt, so whoever has the file can try secrets quickly. Sealed so are those of";

/** Its title where that comes back as this name, and the name itself where it would not. */
export function nameOf(entity: AnyEntity, lost: Lost): string {
  const name = keyOf(entity);
  const title = titleOf(entity);
  if (title === null) return name;
  if (slugify(title) === name) return title;
  lost.add("Names are written without their titles", name);
  return name;
}

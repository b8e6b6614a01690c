import type { TransferKind } from "@local-mcp/contract";
import type { AnyEntity } from "../entity.ts";

/** A root is its URI, so it has no other name. */
export type Renamable = Exclude<TransferKind, "root">;

/** Characters of a key; what is longer than a URI may be is refused when it is built. */
const LONGEST: Record<Renamable, number> = {
  server: 50,
  profile: 50,
  tool: 128,
  prompt: 128,
  resource: Infinity,
};
const LONGEST_TITLE = 200;

const hasSlug = (kind: Renamable): boolean => kind === "server" || kind === "profile";

/** The front part gives way, since the end is what tells a copy from another. */
const withEnd = (front: string, end: string, longest: number): string =>
  front.length + end.length <= longest
    ? front + end
    : front.slice(0, longest - end.length).replace(/-+$/, "") + end;

const titleEnd = (instant: number): string => `_imported_${instant}`;

/** Finds names for copies that nothing of the same kind has. */
export class CopyNames {
  readonly #instant: number;
  readonly #taken: ReadonlyMap<TransferKind, Set<string>>;
  /** Where to go on counting, so that many that are cut to the same are no work. */
  readonly #next = new Map<string, number>();

  /**
   * @param instant s since 1970
   * @param taken keys by kind; the names that are found are added
   */
  constructor(instant: number, taken: ReadonlyMap<TransferKind, Set<string>>) {
    this.#instant = instant;
    this.#taken = taken;
  }

  find(kind: Renamable, key: string): string {
    const sign = hasSlug(kind) ? "-" : "_";
    const end = `${sign}imported${sign}${this.#instant}`;
    const first = withEnd(key, end, LONGEST[kind]);
    const counter = `${kind} ${first}`;
    const taken = this.#taken.get(kind);
    for (let count = this.#next.get(counter) ?? 1; ; count++) {
      const name = count === 1 ? first : withEnd(key, `${end}${sign}${count}`, LONGEST[kind]);
      if (taken?.has(name)) continue;
      taken?.add(name);
      this.#next.set(counter, count + 1);
      return name;
    }
  }
}

/** A copy is something of its own, so it leaves the uid to the one that it is a copy of. */
export function renamed(entity: AnyEntity, key: string, instant: number): AnyEntity {
  const title = (text: string): string => withEnd(text, titleEnd(instant), LONGEST_TITLE);
  switch (entity.kind) {
    case "server": {
      const { fields } = entity;
      return { ...entity, uid: null, fields: { ...fields, name: key, title: title(fields.title) } };
    }
    case "profile": {
      const { fields } = entity;
      return { ...entity, uid: null, fields: { ...fields, slug: key, name: title(fields.name) } };
    }
    case "tool":
      return { ...entity, uid: null, fields: { ...entity.fields, name: key } };
    case "prompt":
      return { ...entity, uid: null, fields: { ...entity.fields, name: key } };
    case "resource":
      return { ...entity, uid: null, fields: { ...entity.fields, uri: key } };
    default:
      return entity;
  }
}

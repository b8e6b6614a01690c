import {
  type ConflictStrategy,
  type ImportAction,
  type ImportProblem,
  type TransferKind,
  transferKind,
} from "@local-mcp/contract";
import { type AnyEntity, type Configuration, keyOf } from "../entity.ts";
import type { PlanOptions, ReadEntity } from "../types.ts";
import { nameOf } from "./choose.ts";
import type { Pace } from "./pace.ts";
import { CopyNames, renamed } from "./rename.ts";

/** What is to become of one entity of a file, before anybody has looked at what it refers to. */
export interface Decision {
  read: ReadEntity;
  /** Name, slug or URI in the file. */
  name: string;
  /** As it is wanted, a copy with its new name; null where it cannot be read. */
  entity: AnyEntity | null;
  /** What is stored of its uid or name. */
  before: AnyEntity | null;
  /** Whether it is known by more than its name. */
  isSame: boolean;
  strategy: ConflictStrategy;
  action: ImportAction;
  problems: ImportProblem[];
  warnings: string[];
}

/** Whether it is stored by the import. */
export const isWritten = ({ action }: Decision): boolean =>
  action === "create" || action === "update" || action === "rename";

/** What is configured, by uid and by key. */
export class Stored {
  readonly #uids = new Map<string, AnyEntity>();
  readonly #keys = new Map<TransferKind, Map<string, AnyEntity>>();

  constructor(current: Configuration) {
    for (const kind of transferKind.options) {
      const all: readonly AnyEntity[] = current[kind];
      this.#keys.set(kind, new Map(all.map((entity) => [keyOf(entity), entity])));
      for (const entity of all) this.#uids.set(`${kind} ${entity.uid}`, entity);
    }
  }

  ofUid({ kind, uid }: AnyEntity): AnyEntity | null {
    return uid === null ? null : (this.#uids.get(`${kind} ${uid}`) ?? null);
  }

  ofKey(kind: TransferKind, key: string): AnyEntity | null {
    return this.#keys.get(kind)?.get(key) ?? null;
  }

  keys(kind: TransferKind): Iterable<string> {
    return this.#keys.get(kind)?.keys() ?? [];
  }
}
/**
 * Decides by uid, name and strategy, in the order of the file.
 *
 * @param all of the file, also what is not chosen: no copy gets a name of it
 */
export async function decide(
  chosen: readonly ReadEntity[],
  all: readonly ReadEntity[],
  stored: Stored,
  options: PlanOptions,
  pace: Pace,
): Promise<Decision[]> {
  const decider = new Decider(stored, options, all);
  const decisions: Decision[] = [];
  for (const read of chosen) {
    await pace.step();
    decisions.push(decider.decide(read));
  }
  return decisions;
}

class Decider {
  readonly #stored: Stored;
  readonly #options: PlanOptions;
  readonly #names: CopyNames;
  /** Pointers of what was seen in the file, by kind and key, and by kind and uid. */
  readonly #seen = new Map<string, string>();
  /** Of what is to be changed, the pointer to what changes it. */
  readonly #changed = new Map<AnyEntity, string>();

  constructor(stored: Stored, options: PlanOptions, all: readonly ReadEntity[]) {
    this.#stored = stored;
    this.#options = options;
    const taken = new Map(transferKind.options.map((kind) => [kind, new Set(stored.keys(kind))]));
    for (const read of all) taken.get(read.kind)?.add(nameOf(read));
    this.#names = new CopyNames(options.instant, taken);
  }

  decide(read: ReadEntity): Decision {
    const { entity } = read;
    const { choices } = this.#options;
    const chosen = Object.hasOwn(choices, read.pointer) ? choices[read.pointer] : undefined;
    const decision: Decision = {
      read,
      name: nameOf(read),
      entity,
      before: null,
      isSame: false,
      strategy: chosen ?? this.#options.strategy,
      action: "create",
      problems: [...read.problems],
      warnings: [...read.warnings],
    };
    if (entity) this.#match(decision, entity);
    const isBroken = decision.problems.length > 0 && decision.action !== "conflict";
    if (isBroken || entity === null) decision.action = "failed";
    return decision;
  }

  #match(decision: Decision, entity: AnyEntity): void {
    const same = this.#stored.ofUid(entity);
    const named = this.#stored.ofKey(entity.kind, decision.name);
    decision.before = same ?? named;
    decision.isSame = same !== null;
    const first = this.#firstOf(decision, entity);
    if (first !== null) {
      complain(decision, `It is in this file twice: ${first} is the same ${entity.kind}.`);
      return;
    }
    if (decision.before === null || decision.problems.length > 0) return;
    const isTwo = same !== null && named !== null && same !== named;
    this.#decideExisting(decision, entity, decision.before, isTwo ? named : null);
  }

  /** Where the same thing was in the file before; null where this is the first. */
  #firstOf({ read, name }: Decision, { kind, uid }: AnyEntity): string | null {
    const ids = [`${kind} key ${name}`, ...(uid === null ? [] : [`${kind} uid ${uid}`])];
    const first = ids.flatMap((id) => this.#seen.get(id) ?? [])[0];
    for (const id of ids) if (!this.#seen.has(id)) this.#seen.set(id, placeOf(read));
    return first ?? null;
  }

  #decideExisting(
    decision: Decision,
    entity: AnyEntity,
    before: AnyEntity,
    other: AnyEntity | null,
  ): void {
    const { kind } = entity;
    switch (decision.strategy) {
      case "skip":
        decision.action = "skip";
        return;
      case "fail":
        complain(decision, `There is a ${kind} “${keyOf(before)}” here already.`);
        decision.action = "conflict";
        return;
      case "rename":
        this.#rename(decision, entity);
        return;
      default:
        decision.action = "update";
        this.#claim(decision, before, other);
    }
  }

  #rename(decision: Decision, entity: AnyEntity): void {
    const { kind } = entity;
    if (kind === "root") {
      decision.action = "skip";
      decision.warnings.push(
        `The root “${decision.name}” is here already, and a root has no other name; it is left as it is.`,
      );
      return;
    }
    const name = this.#names.find(kind, decision.name);
    decision.action = "rename";
    decision.entity = renamed(entity, name, this.#options.instant);
  }

  /** One entity of the file changes one that is stored, and that has to be told which it is. */
  #claim(decision: Decision, before: AnyEntity, other: AnyEntity | null): void {
    const { kind } = before;
    if (other) {
      complain(
        decision,
        `By its uid it is the ${kind} “${keyOf(before)}”, and by its name another one that is here. ` +
          "Rename one of them first, or choose skip or rename for this one.",
      );
      return;
    }
    const first = this.#changed.get(before);
    if (first === undefined) {
      this.#changed.set(before, placeOf(decision.read));
      return;
    }
    complain(
      decision,
      `The ${kind} “${keyOf(before)}” is changed by ${first} already. ` +
        "Take one of them out, or choose skip or rename for this one.",
    );
  }
}

const placeOf = ({ pointer }: ReadEntity): string => pointer || "one before it";

const complain = ({ read, problems }: Decision, message: string): void => {
  problems.push({ pointer: read.pointer, message });
};

import { type AnyEntity, type Configuration, keyOf } from "../entity.ts";
import { type Decision, isWritten } from "./decide.ts";

/**
 * Which profile `/mcp` follows is a matter of this gateway. A file decides it where none is active,
 * or where it is about the one that is: by its uid, so that it is from here. The uid of another
 * profile would not do, since what is imported keeps its own.
 */
export class ActiveProfile {
  readonly #before: string | null;
  /** Whether the file decides. */
  readonly #decides: boolean;
  readonly #chosen: Decision | null;

  constructor(current: Configuration, decisions: readonly Decision[]) {
    const active = current.profile.find(({ fields }) => fields.active);
    this.#before = active?.fields.slug ?? null;
    this.#decides =
      active === undefined ||
      decisions.some(
        ({ before, isSame, action }) => before === active && isSame && action === "update",
      );
    this.#chosen = this.#decides ? (decisions.find((one) => this.#wantsToBe(one)) ?? null) : null;
  }

  /** As it will be stored; with a warning where that is not what the file wants. */
  settle(decision: Decision, entity: AnyEntity): AnyEntity {
    if (entity.kind !== "profile") return entity;
    const active = this.#isActive(decision);
    if (entity.fields.active && !active) {
      const chosen = this.#chosen?.entity;
      const other = chosen ? keyOf(chosen) : this.#before;
      decision.warnings.push(`It is not made the active profile: that is “${other}”.`);
    }
    return { ...entity, fields: { ...entity.fields, active } };
  }

  #isActive(decision: Decision): boolean {
    if (this.#decides) return decision === this.#chosen;
    const { before, action } = decision;
    return action === "update" && before?.kind === "profile" && before.fields.active;
  }

  /** A copy does not take the place of what it is a copy of. */
  #wantsToBe(decision: Decision): boolean {
    const { entity, action } = decision;
    if (entity?.kind !== "profile" || !entity.fields.active) return false;
    return isWritten(decision) && (action !== "rename" || this.#before === null);
  }
}

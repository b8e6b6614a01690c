import { type AnyEntity, type Configuration, keyOf } from "../entity.ts";
import { type Decision, isWritten } from "./decide.ts";

/**
 * Which profile `/mcp` follows is a matter of this gateway: a file decides it for profiles that it
 * knows by their uid, which it has from here, or where no profile is active.
 */
export class ActiveProfile {
  readonly #before: string | null;
  readonly #chosen: Decision | null;

  constructor(current: Configuration, decisions: readonly Decision[]) {
    this.#before = current.profile.find(({ fields }) => fields.active)?.fields.slug ?? null;
    this.#chosen =
      decisions.find(
        (decision) =>
          isWritten(decision) && wantsToBe(decision.entity) && this.#isDecided(decision),
      ) ?? null;
  }

  /** As it will be stored; with a warning where that is not what the file wants. */
  settle(decision: Decision, entity: AnyEntity): AnyEntity {
    if (entity.kind !== "profile") return entity;
    const active = this.#isActive(decision, entity.fields.active);
    if (entity.fields.active && !active) {
      const chosen = this.#chosen?.entity;
      const other = chosen ? keyOf(chosen) : this.#before;
      decision.warnings.push(`It is not made the active profile: that is “${other}”.`);
    }
    return { ...entity, fields: { ...entity.fields, active } };
  }

  #isActive(decision: Decision, wanted: boolean): boolean {
    if (this.#chosen) return decision === this.#chosen;
    if (this.#isDecided(decision)) return wanted;
    const { before } = decision;
    return decision.action === "update" && before?.kind === "profile" && before.fields.active;
  }

  #isDecided({ isSame, action }: Decision): boolean {
    return this.#before === null || (isSame && action === "update");
  }
}

const wantsToBe = (entity: AnyEntity | null): boolean =>
  entity?.kind === "profile" && entity.fields.active;

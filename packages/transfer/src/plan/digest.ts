import { createHmac } from "node:crypto";
import type { ImportRow } from "@local-mcp/contract";
import { canonical } from "../canonical.ts";
import type { AnyEntity } from "../entity.ts";
import type { PlanInput } from "../types.ts";

/**
 * Identifies a plan: another file, other choices, or something else that is stored of what it is
 * about give another one, secrets included. They are covered whole, since what is shown of a change
 * is cut, and nothing is shown of secrets.
 */
export class PlanDigest {
  readonly #hmac;

  constructor({ digestKey, fileDigest, options }: PlanInput) {
    this.#hmac = createHmac("sha256", digestKey);
    const { strategy, choices, kinds, selection, instant } = options;
    // Whoever applies a plan may write its choices in another order.
    this.#hmac.update(canonical({ fileDigest, strategy, choices, kinds, selection, instant }));
  }

  row(row: ImportRow, wanted: AnyEntity | null, before: AnyEntity | null): void {
    const entities = [wanted, before].map((one) => [one?.fields, one?.withheld]);
    this.#hmac.update(JSON.stringify([row, entities]));
  }

  /** @returns hexadecimal */
  end(): string {
    return this.#hmac.digest("hex");
  }
}

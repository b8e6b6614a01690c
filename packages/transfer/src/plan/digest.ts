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
    this.#add({ fileDigest, strategy, choices, kinds, selection, instant });
  }

  row(row: ImportRow, wanted: AnyEntity | null, before: AnyEntity | null): void {
    this.#add([row, wanted?.fields, wanted?.withheld, before?.fields, before?.withheld]);
  }

  /** @returns hexadecimal */
  end(): string {
    return this.#hmac.digest("hex");
  }

  #add(value: unknown): void {
    this.#hmac.update(`${canonical(value)}\n`);
  }
}

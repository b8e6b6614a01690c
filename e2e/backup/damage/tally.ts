import { type ErrorCode, GatewayError } from "@local-mcp/contract";
import { counted } from "@local-mcp/engine";
import { inspect } from "node:util";
import type { Section } from "../../leaks/section.ts";

/** How a damaged file may be refused; anything else is a fault. */
const REFUSALS: readonly ErrorCode[] = [
  "backup_wrong_passphrase",
  "backup_damaged",
  "backup_not_ours",
  "backup_refused",
];

/** Counts what was tried, and keeps what was not refused as it has to be. */
export class Tally {
  readonly #refused = new Map<string, number>();
  readonly #cases = new Map<string, number>();
  readonly faults: string[] = [];

  /**
   * @param kind of the damage, as it is counted
   * @param place of the damage, for the one who has to find it
   * @param open what has to be refused
   */
  async refuses(kind: string, place: string, open: () => Promise<unknown>): Promise<void> {
    this.#cases.set(kind, (this.#cases.get(kind) ?? 0) + 1);
    try {
      await open();
      this.faults.push(`${kind}, ${place}: it was opened`);
    } catch (error) {
      if (error instanceof GatewayError && REFUSALS.includes(error.code)) {
        this.#refused.set(error.code, (this.#refused.get(error.code) ?? 0) + 1);
      } else {
        this.faults.push(`${kind}, ${place}: ${inspect(error)}`);
      }
    }
  }

  /** Says that something is wrong that is not about one case. */
  check(isRight: boolean, otherwise: string): void {
    if (!isRight) this.faults.push(otherwise);
  }

  section(name: string): Section {
    const cases = [...this.#cases].map(([kind, count]): [string, string] => [
      kind,
      counted(count, "case"),
    ]);
    const codes = [...this.#refused].map(([code, count]): [string, string] => [
      `refused as ${code}`,
      counted(count, "case"),
    ]);
    return { name, figures: [...cases, ...codes], faults: this.faults };
  }
}

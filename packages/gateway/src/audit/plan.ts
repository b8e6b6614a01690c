import type { AuditAction, AuditDetail, AuditSubject } from "@local-mcp/contract";
import type { ContractProcedure, ErrorMap, Meta } from "@orpc/contract";
import type { z } from "zod";
import type { ProfilesService } from "../profiles/profiles-service.ts";
import type { ServersService } from "../servers/servers-service.ts";
import type { SettingsService } from "../settings/settings-service.ts";
import type { Stores } from "../stores.ts";
import type { Tokens } from "../tokens/tokens.ts";
import type { ExportParts } from "./export-parts.ts";
import type { AuditNote } from "./note.ts";

/** Where a plan looks up how things are before they are changed. */
export interface Look {
  stores: Stores;
  servers: Pick<ServersService, "get">;
  profiles: Pick<ProfilesService, "get" | "list">;
  tokens: Pick<Tokens, "list">;
  settings: Pick<SettingsService, "list">;
  exportParts: ExportParts;
}

/** What is recorded of one call, made before it is carried out. */
export interface Plan<Output> {
  /** What is recorded where it fails. */
  attempt: AuditNote;
  /** What more is, of every failure and not only of what was refused. */
  failed?: (error: unknown) => AuditDetail;
  /** What is recorded where it succeeds. */
  done: (output: Output) => AuditNote[];
}

/**
 * @returns the plan of a call; null where the input is none, which the call itself refuses
 * @throws GatewayError where it is about something that is not there
 */
export type Rule = (input: unknown, look: Look) => Plan<unknown> | null;

/** A rule for one procedure, in the types that its contract gives it. */
export const rule =
  <Input extends z.ZodType, Output extends z.ZodType>(
    procedure: ContractProcedure<Input, Output, ErrorMap, Meta>,
    plan: (input: z.output<Input>, look: Look) => Plan<z.output<Output>>,
  ): Rule =>
  (raw, look) => {
    const { inputSchema, outputSchema } = procedure["~orpc"];
    const input = inputSchema?.safeParse(raw);
    if (!input?.success) return null;
    const { done, ...planned } = plan(input.data, look);
    return {
      ...planned,
      done: (output) => (outputSchema ? done(outputSchema.parse(output)) : []),
    };
  };

/** A plan of one entry, about the same thing whether it succeeds or not. */
export const planOf = <Output>(
  action: AuditAction,
  subject: AuditSubject | null,
  detail: (output: Output) => AuditDetail = () => ({}),
): Plan<Output> => ({
  attempt: { action, subject },
  done: (output) => [{ action, subject, detail: detail(output) }],
});

type Plain = string | number | boolean | null | string[];

/** Gathers what is different after a change: plain values with those before, and names. */
export class Changes {
  readonly #names: string[] = [];
  readonly #detail: AuditDetail = {};

  plain(name: string, before: Plain, after: Plain): this {
    if (JSON.stringify(before) === JSON.stringify(after)) return this;
    this.#names.push(name);
    this.#detail[name] = after;
    this.#detail[`${name}.before`] = before;
    return this;
  }

  /** For a text whose content is nobody's business here. */
  named(name: string, before: unknown, after: unknown): this {
    if (JSON.stringify(before) !== JSON.stringify(after)) this.#names.push(name);
    return this;
  }

  /** Secrets by name: null clears one. */
  secrets(kind: string, before: readonly string[], wanted: Record<string, unknown> = {}): this {
    for (const [name, value] of Object.entries(wanted)) {
      const field = `${kind}.${name}`;
      this.#names.push(field);
      this.#detail[field] = value === null ? "cleared" : before.includes(name) ? "changed" : "set";
    }
    return this;
  }

  detail(): AuditDetail {
    return { changed: this.#names, ...this.#detail };
  }
}

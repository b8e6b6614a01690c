import { type AuditDetail, type ErrorCode, GatewayError } from "@local-mcp/contract";
import type { Log } from "@local-mcp/engine";
import { ORPCError } from "@orpc/server";
import type { Audit } from "./audit.ts";
import type { AuditActor, AuditNote } from "./note.ts";
import { ExportParts } from "./export-parts.ts";
import type { Look, Plan } from "./plan.ts";
import { changesConfiguration } from "./configuration-changes.ts";
import { RULES } from "./rules.ts";

/** Refusals that say that somebody tried what they may not, and not that they made a mistake. */
const REFUSALS: readonly ErrorCode[] = [
  "token_lacks_right",
  "configuration_shared",
  "setting_decided",
  "server_unavailable",
  "address_blocked",
  "secrets_would_move",
  "secret_damaged",
  "internal",
];

/** One call of the API. */
export interface AuditedCall {
  /** As the contract names it, such as `servers.create`. */
  procedure: string;
  actor: AuditActor;
  /** As it came. */
  input: unknown;
}

export interface ProcedureAuditOptions {
  audit: Audit;
  look: Omit<Look, "exportParts">;
  /** Carries out what changes the configuration, if that may be changed now. */
  change: <T>(work: () => Promise<T>) => Promise<T>;
  log: Log;
}

/** Records every procedure of the API that changes something, in this one place. */
export class ProcedureAudit {
  readonly #audit: Audit;
  readonly #look: Look;
  readonly #change: ProcedureAuditOptions["change"];
  readonly #log: Log;

  constructor(options: ProcedureAuditOptions) {
    this.#audit = options.audit;
    this.#change = options.change;
    this.#look = { ...options.look, exportParts: new ExportParts() };
    this.#log = options.log;
  }

  /** Carries out a call, and records what came of it before it is answered. */
  async around<Result extends { output: unknown }>(
    call: AuditedCall,
    next: () => Promise<Result>,
  ): Promise<Result> {
    const plan = this.#plan(call);
    const isChange = changesConfiguration(call.procedure);
    const result = await (isChange ? this.#change(next) : next()).catch((error: unknown) => {
      this.#onFailure(call, plan, error);
      throw error;
    });
    for (const note of plan ? this.#notes(plan, result.output) : []) {
      this.#audit.record(call.actor, note);
    }
    return result;
  }

  #plan({ procedure, input }: AuditedCall): Plan<unknown> | null {
    try {
      return RULES[procedure]?.(input, this.#look) ?? null;
    } catch (error) {
      // It is about something that is not there, as the call itself will say.
      if (error instanceof GatewayError) return null;
      throw error;
    }
  }

  /** It is done, so there is an entry whatever can be said of it. */
  #notes(plan: Plan<unknown>, output: unknown): AuditNote[] {
    try {
      return plan.done(output);
    } catch (error) {
      this.#log.error("an entry of the audit log has no details", {
        action: plan.attempt.action,
        error: String(error),
      });
      return [plan.attempt];
    }
  }

  #onFailure({ procedure, actor }: AuditedCall, plan: Plan<unknown> | null, error: unknown): void {
    const code = codeOf(error);
    const isRefusal = code.startsWith("vault_") || REFUSALS.some((one) => one === code);
    const note = plan && { ...plan.attempt, detail: { ...plan.attempt.detail, error: code } };
    if (!isRefusal) {
      if (plan?.failed === undefined || note === null) return;
      this.#audit.fail(actor, { ...note, detail: { ...note.detail, ...plan.failed(error) } });
    } else if (note !== null) {
      this.#audit.refuse(actor, note);
    } else if (code === "token_lacks_right") {
      const detail: AuditDetail = { error: code, procedure };
      this.#audit.refuse(actor, { action: "access.refused", subject: null, detail });
    }
  }
}

/** Of an input that could not be read oRPC itself tells. */
function codeOf(error: unknown): ErrorCode | "" {
  if (error instanceof GatewayError) return error.code;
  return error instanceof ORPCError ? "" : "internal";
}

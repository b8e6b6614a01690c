import type {
  AuditAction,
  AuditDetail,
  AuditSubject,
  ErrorCode,
  GatewayError,
  SlotProvider,
} from "@local-mcp/contract";
import type { ServerRow } from "@local-mcp/database";
import type { Observation, StartedProcess } from "@local-mcp/engine";
import type { Stores } from "../stores.ts";
import type { Audit } from "./audit.ts";
import { type AuditNote, GATEWAY } from "./note.ts";
import { ToolChangeNotes } from "./tool-change-notes.ts";

const SELF: AuditSubject = { kind: "gateway", id: null, name: null };

/** Requests that were no mistake of a client that is set up here. */
const REFUSALS: readonly ErrorCode[] = [
  "host_refused",
  "origin_refused",
  "token_unknown",
  "token_refused",
  "token_other_profile",
  "token_lacks_right",
  "too_many_failures",
];

export interface OwnDeedsOptions {
  audit: Audit;
  stores: Stores;
  /** Which face of the product it is, its version, and which data directory it works on. */
  self: { face: string; version: string; directory: string };
  /** Whether its data were restored, so that their log ends when the backup was made. */
  isRestored: boolean;
  observation: (serverId: string) => Observation | undefined;
}

/** Records what the gateway does by itself: it starts and stops, starts processes, turns away. */
export class OwnDeeds {
  readonly #options: OwnDeedsOptions;
  readonly #toolChanges = new ToolChangeNotes(({ id, name }, tools) => {
    const subject: AuditSubject = { kind: "server", id, name };
    // What a server says of its tools is its own; only the names are kept.
    const note: AuditNote = { action: "server.tools_changed", subject, detail: { tools } };
    this.#options.audit.record(GATEWAY, note);
  });
  #isStarted = false;

  constructor(options: OwnDeedsOptions) {
    this.#options = options;
  }

  /** It serves from now on; once. Says how the one before it ended, and whose directory it was. */
  started(): void {
    if (this.#isStarted) return;
    this.#isStarted = true;
    const { audit, stores, self, isRestored } = this.#options;
    const newest = (action: AuditAction) => stores.audit.page({ action }, null, 1)[0];
    const start = newest("gateway.start");
    const stop = newest("gateway.stop");
    const detail: AuditDetail = { ...self, pid: process.pid };
    if (start) {
      const isStopped = stop !== undefined && stop.id > start.id;
      detail.before = isRestored ? "restored" : isStopped ? "stopped" : "killed";
      if (start.detail.directory !== self.directory) detail.takenOver = true;
    }
    audit.record(GATEWAY, { action: "gateway.start", subject: SELF, detail });
    audit.start();
  }

  /** The end of one that has started. */
  stopped(): void {
    const { audit } = this.#options;
    this.#toolChanges.close();
    if (this.#isStarted) audit.record(GATEWAY, { action: "gateway.stop", subject: SELF });
    audit.close();
  }

  /** Somebody was turned away before anything was done for them; `from` is their address. */
  onRequestFailed({ code, params }: GatewayError, from: string): void {
    if (!REFUSALS.includes(code)) return;
    const detail: AuditDetail = { error: code, from, ...nameIn(params) };
    this.#options.audit.refuse(GATEWAY, { action: "access.refused", subject: SELF, detail });
  }

  vaultMade(provider: SlotProvider): void {
    const subject: AuditSubject = { kind: "vault", id: null, name: null };
    this.#options.audit.record(GATEWAY, { action: "vault.init", subject, detail: { provider } });
  }

  /** Tools of a server are not as they were accepted. */
  toolsChanged(server: Pick<ServerRow, "id" | "name">, tools: readonly string[]): void {
    this.#toolChanges.add(server, tools);
  }

  processStarted({ server: { id, name }, pid }: StartedProcess): void {
    const { audit, stores, observation } = this.#options;
    const config = stores.servers.get(id)?.config;
    // As it is stored, with marks in the place of secrets.
    const command: AuditDetail =
      config?.transport === "stdio"
        ? { command: config.command, arguments: config.args.length }
        : {};
    const note: AuditNote = {
      action: "server.start",
      subject: { kind: "server", id, name },
      detail: { ...command, pid, why: whyStarted(observation(id)) },
    };
    audit.record(GATEWAY, note);
  }
}

/** Who asked, as far as it is a name: what was sent could be anything. */
function nameIn({ host, origin }: GatewayError["params"]): AuditDetail {
  if (typeof origin === "string" && URL.canParse(origin)) return { origin: new URL(origin).origin };
  if (typeof host === "string" && /^[\w.:[\]-]{1,100}$/.test(host)) return { host };
  return {};
}

/** A process beside one that runs is for a client of its own. */
function whyStarted(observation: Observation | undefined): string {
  if (observation?.state === "ready") return "for one client";
  const failure = observation?.reason?.code;
  return failure === undefined ? "start" : `again after ${failure}`;
}

import { createHash, randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import {
  type BackupView,
  GatewayError,
  type importApply,
  type ImportCommand,
  type ImportJob,
  type importOptions,
  type ImportPlan,
  type ImportReport,
  type ImportRow,
  NO_IMPORT_COUNTS,
} from "@local-mcp/contract";
import { changeMark } from "@local-mcp/database";
import type { Log } from "@local-mcp/engine";
import {
  type AnyEntity,
  type Build,
  canonical,
  type Configuration as Configured,
  execute,
  fillPlaceholders,
  type Here,
  type Keys,
  makePlan,
  type ParsedFile,
  parseImport,
  type PreparedPlan,
  secretsOf,
} from "@local-mcp/transfer";
import type { Vault } from "@local-mcp/vault";
import type { z } from "zod";
import { hasRight, requireRight } from "../api/context.ts";
import type { BackupFiles } from "../backups/files.ts";
import { OneByOne } from "../one-by-one.ts";
import type { BackupsService } from "../backups/backups-service.ts";
import type { Configuration } from "../configuration/configuration.ts";
import type { RuntimesService } from "../runtimes/runtimes-service.ts";
import type { ReadOptions } from "../servers/recognize/recognize.ts";
import type { Stores } from "../stores.ts";
import type { Principal } from "../tokens/principal.ts";
import type { VaultService } from "../vault/vault-service.ts";
import { readClientFile } from "./client-files.ts";
import { foundHere } from "./found.ts";
import { type ImportControl, ImportJobs } from "./import-jobs.ts";
import { errorsOf, warningsOf } from "./sentences.ts";
import type { TransferStore } from "./store/transfer-store.ts";

export interface ImportServiceOptions {
  stores: Stores;
  store: TransferStore;
  configuration: Pick<Configuration, "secret">;
  vault: Pick<Vault, "ready" | "state">;
  vaultService: Pick<VaultService, "openWith">;
  backups: Pick<BackupsService, "job"> & {
    files: Pick<BackupFiles, "hasCopy">;
    beforeImport: (signal: AbortSignal) => Promise<Pick<BackupView, "id">>;
  };
  /** For files of MCP clients. */
  recognition: ReadOptions;
  here: Here;
  runtimes: Pick<RuntimesService, "variables">;
  /** Called once what is configured has changed. */
  onImported: () => void;
  /** Called where a job has changed. */
  onChange: () => void;
  log: Log;
}

type Wish = z.output<typeof importOptions>;
type ApplyWish = z.output<typeof importApply>;

/** A plan, what carries it out, and what it was made over. */
interface Prepared {
  plan: ImportPlan;
  steps: PreparedPlan["steps"];
  current: Configured;
  /** As `changeMark` gave it before that was read. */
  mark: string;
}

/** Where a plan is followed from, and ended. */
type Watch = Pick<ImportControl, "signal" | "tell">;

/** What a file is called in a sentence where nobody has said. */
const NAMELESS = "FILE";

/** Reads a file into what is configured: plan, backup, one transaction. */
export class ImportService {
  readonly #options: ImportServiceOptions;
  readonly #jobs: ImportJobs;
  /** Digests of plans leave the process, and what they are of may be guessed. */
  readonly #digestKey = randomBytes(32);
  /** A file may say that its key takes a gigabyte to derive. */
  readonly #openings = new OneByOne();

  constructor(options: ImportServiceOptions) {
    this.#options = options;
    const { stores, backups, onChange, log } = options;
    this.#jobs = new ImportJobs({
      store: stores.importJobs,
      isKept: (backup) => backups.files.hasCopy(backup),
      onChange,
      now: () => Date.now(),
      log,
    });
  }

  /** How many imports ended in which way, since the start. */
  get outcomes(): ReadonlyMap<string, number> {
    return this.#jobs.outcomes;
  }

  /** @throws GatewayError import_…, vault_… */
  async plan(wish: Wish, principal: Principal): Promise<ImportPlan> {
    return (await this.#prepare(wish, principal)).plan;
  }

  /** @throws GatewayError import_…, vault_…, backup_…, token_lacks_right, disk_full */
  async apply(wish: ApplyWish, principal: Principal): Promise<ImportReport> {
    if (wish.consent.length > 0) requireRight(principal, "processes");
    const { name, strategy } = wish;
    const about = { name, strategy, fileDigest: digestOf(wish.text) };
    const { job, result } = await this.#jobs.run(about, (control) =>
      this.#apply(wish, principal, control),
    );
    const { plan, unconfirmed } = result;
    return { job, format: plan.format, rows: plan.rows, unconfirmed };
  }

  /** Newest first. */
  jobs(): ImportJob[] {
    return this.#jobs.list();
  }

  /** @throws GatewayError import_not_found */
  job(id: string): ImportJob {
    return this.#jobs.get(id);
  }

  /** @throws GatewayError import_not_found, import_not_cancellable */
  cancel(id: string): void {
    this.#jobs.cancel(id);
  }

  /** @returns how many were forgotten */
  cleanup(olderThanMs: number): number {
    return this.#jobs.cleanup(olderThanMs);
  }

  /** Cancels an import that has not begun to write, and waits for its end. */
  close(): Promise<void> {
    return this.#jobs.close();
  }

  async #apply(
    wish: ApplyWish,
    principal: Principal,
    control: ImportControl,
  ): Promise<{ plan: ImportPlan; unconfirmed: string[] }> {
    const { kind, state } = this.#options.backups.job ?? {};
    if (state === "running" && (kind === "restore" || kind === "undo")) {
      throw new GatewayError("backup_busy");
    }
    const prepared = await this.#prepare(wish, principal, control);
    const { plan, steps } = prepared;
    const waiting = plan.commands.map(({ server }) => server);
    const consented = waiting.filter((server) => wish.consent.includes(server));
    const unconfirmed = waiting.filter((server) => !wish.consent.includes(server));
    const warnings = [...warningsOf(plan), ...unconfirmed.map(waitsForConsent)];
    control.tell({ counts: plan.counts, warnings, errors: errorsOf(plan) });
    if (wish.digest !== undefined && wish.digest !== plan.digest) {
      throw new GatewayError("import_changed");
    }
    refuseInapplicable(plan, wish.name || NAMELESS);
    if (steps.length === 0) {
      control.commit();
      control.complete(null);
      return { plan, unconfirmed };
    }
    await this.#openVault(steps, wish, principal);
    control.tell({ phase: "backup" });
    const backup = await this.#options.backups.beforeImport(control.signal);
    control.commit();
    control.tell({ phase: "write" });
    this.#write(prepared, consented, () => control.complete(backup.id), control);
    this.#options.onImported();
    return { plan, unconfirmed };
  }

  /** All of it or nothing. Another change since the plan was made is not written over. */
  #write(
    { steps, current, mark }: Prepared,
    consented: readonly string[],
    complete: () => void,
    { tell }: Pick<ImportControl, "tell">,
  ): void {
    const { stores, store } = this.#options;
    stores.db.transaction(() => {
      // Other things are written to the same file; only what is configured counts.
      if (changeMark(stores.db) !== mark && !isDeepStrictEqual(store.readNow(), current)) {
        throw new GatewayError("import_changed");
      }
      execute(steps);
      if (consented.length > 0) store.consent(consented);
      tell({ phase: "verify" });
      verify(steps, store.readNow());
      complete();
    });
  }

  /**
   * What is sealed when it is stored needs an open vault; one that is not there is made. A key of
   * somebody's own would open all that is stored later, too.
   */
  async #openVault(
    steps: Prepared["steps"],
    { rekeySecret }: ApplyWish,
    principal: Principal,
  ): Promise<void> {
    const { vault, vaultService } = this.#options;
    if (!steps.some(({ draft }) => hasSecret(draft.entity))) return;
    const create = hasRight(principal, "processes");
    if (rekeySecret !== undefined) await vaultService.openWith(rekeySecret, { create });
    await vault.ready({ create: true });
  }

  async #prepare(wish: Wish, principal: Principal, watch?: Watch): Promise<Prepared> {
    const { stores, store, vaultService, recognition, here } = this.#options;
    const { text, strategy, choices, kinds, selection, rekeySecret } = wish;
    const name = wish.name || NAMELESS;
    const parsed = parseImport(text, {
      name,
      clientFile: (whole) => readClientFile(whole, recognition),
    });
    const keys = wish.secrets === "leave" ? null : this.#keysIn(wish, principal);
    const read = await this.#openings.run(() => parsed.open(keys));
    if (keys) await this.#refuseSwapped(parsed, keys, name);
    const { file, unset } = fillPlaceholders(read, here);
    if (file.entities.length === 0 && file.problems.length === 0) {
      throw new GatewayError("import_nothing", { name });
    }
    watch?.signal.throwIfAborted();
    watch?.tell({ phase: "plan" });
    if (rekeySecret !== undefined) await vaultService.openWith(rekeySecret, { create: false });
    const mark = changeMark(stores.db);
    const current = await store.read();
    const { plan, steps } = await makePlan({
      file,
      fileDigest: digestOf(text),
      digestKey: this.#digestKey,
      current,
      options: {
        strategy,
        choices,
        name,
        kinds: kinds ?? null,
        selection: selection ?? null,
        instant: wish.instant ?? Math.floor(Date.now() / 1000),
      },
      build: this.#buildFor(principal),
      onProgress: (processed, total) =>
        watch?.tell({ processed, counts: { ...NO_IMPORT_COUNTS, total } }),
      ...(watch && { signal: watch.signal }),
    });
    return { plan: { ...plan, commands: this.#commandsOf(steps, unset) }, steps, current, mark };
  }

  /**
   * Its own secret opens a file only for who may read secrets. Anybody else could export a file,
   * write another URL into it, and have the gateway send what is sealed there.
   */
  #keysIn({ passphrase, sourceSecret, rekeySecret }: Wish, principal: Principal) {
    const own = hasRight(principal, "processes")
      ? this.#options.configuration.secret("AUTH_ENCRYPTION_SECRET")
      : null;
    return { passphrase, sourceSecret, encryptionSecret: own ?? undefined, rekeySecret };
  }

  /**
   * The gateway's own secret would not open a vault that is made with the one of the file.
   *
   * @throws GatewayError import_secrets_swapped
   */
  async #refuseSwapped(parsed: ParsedFile, keys: Keys, name: string): Promise<void> {
    const { encryptionSecret, rekeySecret } = keys;
    const hasBoth = rekeySecret !== undefined && encryptionSecret !== undefined;
    const isMissing = this.#options.vault.state() === "missing";
    if (!hasBoth || !isMissing || rekeySecret === encryptionSecret) return;
    try {
      await this.#openings.run(() => parsed.open({ ...keys, rekeySecret: undefined }));
    } catch (error) {
      const isSwapped = error instanceof GatewayError && error.code === "import_secret_wrong";
      throw isSwapped ? new GatewayError("import_secrets_swapped", { name }) : error;
    }
  }

  /** What takes the right to start processes is a problem of its row for who does not have it. */
  #buildFor(principal: Principal): Build {
    const { store } = this.#options;
    return (entity, before, surroundings) => {
      if (store.needsProcesses(entity, before)) requireRight(principal, "processes");
      return store.build(entity, before, surroundings);
    };
  }

  /** @param unset placeholders without a value here, by pointer */
  #commandsOf(steps: Prepared["steps"], unset: ReadonlyMap<string, string[]>): ImportCommand[] {
    const { store, runtimes } = this.#options;
    return steps.flatMap(({ row, draft: { entity, isAgreed = false } }) => {
      const command = isAgreed ? null : store.commandOf(entity);
      if (command === null || entity.kind !== "server") return [];
      const found = foundHere(entity.fields.config, runtimes.variables);
      return [{ ...command, found, unset: unset.get(row.pointer) ?? [] }];
    });
  }
}

const digestOf = (text: string): string => createHash("sha256").update(text).digest("hex");

const hasSecret = (entity: AnyEntity): boolean =>
  secretsOf(entity).some(({ place }) => !entity.withheld.includes(place));

const waitsForConsent = (server: string): string =>
  `“${server}” starts once a person has looked at its command and allowed it.`;

/** @throws GatewayError import_invalid, import_malformed, import_conflicts */
function refuseInapplicable(plan: ImportPlan, name: string): void {
  if (plan.applicable) return;
  const { total } = plan.counts;
  const count = (action: ImportRow["action"]): number =>
    plan.rows.filter((row) => row.action === action).length;
  const [first = ""] = errorsOf(plan);
  const failed = count("failed");
  if (failed > 0) throw new GatewayError("import_invalid", { count: failed, total, name, first });
  if (plan.problems.length > 0) throw new GatewayError("import_malformed", { name, first });
  throw new GatewayError("import_conflicts", { count: count("conflict"), total, name, first });
}

/** What was written reads back as it was planned. @throws Error, which undoes it */
function verify(steps: Prepared["steps"], stored: Configured): void {
  const found = new Map<string, AnyEntity>();
  for (const entities of Object.values(stored)) {
    for (const entity of entities) found.set(`${entity.kind} ${entity.uid}`, entity);
  }
  for (const { row, draft } of steps) {
    const { kind, uid } = draft.entity;
    const read = found.get(`${kind} ${uid}`);
    // Most are the same as they are, which is found out sooner.
    if (isDeepStrictEqual(read, draft.entity)) continue;
    if (canonical(read) !== canonical(draft.entity)) {
      throw new Error(`what was written of ${row.pointer} does not read back as it was planned`);
    }
  }
}

import type { DoctorFinding, ProgramView, RuntimesView, ServerStatus } from "@local-mcp/contract";
import { counted, formatBytes } from "@local-mcp/engine";
import type { Audit } from "../audit/audit.ts";
import type { BackupsService } from "../backups/backups-service.ts";
import type { Configuration } from "../configuration/configuration.ts";
import type { RuntimesService } from "../runtimes/runtimes-service.ts";
import type { SessionStorage } from "../sessions/session-storage.ts";
import type { Status } from "../status/status.ts";
import type { Stores } from "../stores.ts";
import type { VaultService } from "../vault/vault-service.ts";

const NOTES: readonly ServerStatus["state"][] = [
  "off",
  "unconfirmed",
  "idle",
  "starting",
  "retrying",
];

type Finding = Omit<DoctorFinding, "area">;

/** Looks at everything that can be wrong, and says so in one sentence each. */
export class DoctorService {
  readonly #configuration: Configuration;
  readonly #stores: Stores;
  readonly #status: Status;
  readonly #vault: VaultService;
  readonly #runtimes: RuntimesService;
  readonly #audit: Pick<Audit, "problem">;
  readonly #backups: Pick<BackupsService, "health">;
  readonly #sessions: Pick<SessionStorage, "examine">;

  constructor(options: {
    configuration: Configuration;
    stores: Stores;
    status: Status;
    vault: VaultService;
    runtimes: RuntimesService;
    audit: Pick<Audit, "problem">;
    backups: Pick<BackupsService, "health">;
    sessions: Pick<SessionStorage, "examine">;
  }) {
    this.#configuration = options.configuration;
    this.#stores = options.stores;
    this.#status = options.status;
    this.#vault = options.vault;
    this.#runtimes = options.runtimes;
    this.#audit = options.audit;
    this.#backups = options.backups;
    this.#sessions = options.sessions;
  }

  async examine(): Promise<DoctorFinding[]> {
    return [
      ...inArea("runtime", this.#runtime()),
      ...inArea("data", this.#data()),
      ...inArea("settings", this.#settings()),
      ...inArea("vault", await this.#vaultState()),
      ...inArea("endpoint", this.#endpoint()),
      ...inArea("sessions", await this.#sessions.examine()),
      ...inArea("servers", this.#servers()),
      ...inArea("programs", await this.#programs()),
      ...inArea("backups", await this.#backupFindings()),
    ];
  }

  #runtime(): Finding[] {
    const sqlite = this.#stores.health.sqliteVersion();
    return [ok(`Node ${process.version}, SQLite ${sqlite}, ${process.platform} ${process.arch}.`)];
  }

  #data(): Finding[] {
    const { dataDir, database } = this.#configuration.paths;
    const verdict = this.#stores.health.quickCheck();
    return [
      ok(`The data is in ${dataDir}.`),
      verdict === "ok"
        ? ok(`${database} is sound.`)
        : problem(
            `${database} is damaged.`,
            "Restore a backup: “local-mcp-gateway backup list” shows them.",
          ),
      ...this.#auditLog(),
    ];
  }

  #auditLog(): Finding[] {
    const lost = this.#audit.problem;
    if (lost === null) return [];
    const entries = lost.entries === 1 ? "1 entry" : `${lost.entries} entries`;
    return [
      problem(
        `${entries} of the audit log could not be written: ${lost.reason}.`,
        "What was changed is stored all the same. See that the disk has room and can be written.",
      ),
    ];
  }

  #settings(): Finding[] {
    const { environment } = this.#configuration;
    const values = this.#configuration
      .views()
      .map(({ key, value, source }) =>
        ok(`${key} is ${value === "" ? "empty" : value} (${source}).`),
      );
    const file = environment.filePath === null ? [] : [ok(`${environment.filePath} is read.`)];
    const ignored = environment
      .ignoredInFile()
      .map((name) =>
        note(
          `${name} in .env has no effect: it is read from the environment only.`,
          "Set it in the environment instead.",
        ),
      );
    return [...file, ...values, ...ignored];
  }

  async #vaultState(): Promise<Finding[]> {
    const { state, slots, secrets, wayOut, problem: why } = await this.#vault.status();
    const keys = slots.map(({ provider }) => provider).join(", ");
    switch (state) {
      case "open":
        return [
          ok(
            `The vault is open and holds ${secrets === 1 ? "1 secret" : `${secrets} secrets`}. Keys: ${keys}.`,
          ),
        ];
      case "locked":
        return [
          problem(`The vault is locked. Keys that open it: ${keys}.`, wayOut),
          ...(why ? [problem(why.message, why.wayOut)] : []),
        ];
      case "lost":
        return [problem("Secrets are stored, and no key is left that opens them.", wayOut)];
      default:
        return [note("There is no vault yet, so no secret can be stored.", wayOut)];
    }
  }

  async #backupFindings(): Promise<Finding[]> {
    const { health, lastGood, folder } = await this.#backups.health();
    const { state, message, wayOut } = health;
    const last =
      lastGood === null
        ? []
        : [
            ok(
              `The last good backup is ${lastGood.name} of ${new Date(lastGood.createdAt).toISOString()}, ${formatBytes(lastGood.bytes)}.`,
            ),
          ];
    const where = ok(`Backups are kept in ${folder}.`);
    if (state === "good") return [...last, where];
    const isTrouble = state === "late" || state === "folder_gone";
    return [isTrouble ? problem(message, wayOut) : note(message, wayOut), ...last, where];
  }

  #endpoint(): Finding[] {
    const { url, activeProfile, summary, warnings } = this.#status.ofGateway();
    const serving =
      url === null
        ? note("No gateway is running on this data.", "Start one with “local-mcp-gateway serve”.")
        : ok(`${summary} at ${url}.`);
    const active =
      activeProfile === null
        ? note(
            "No profile is active, so /mcp has nothing to serve.",
            "Create one: “local-mcp-gateway profiles create SLUG”.",
          )
        : ok(`/mcp follows the profile “${activeProfile}”.`);
    const warned = warnings
      // It is said in an area of its own, with what else there is to say.
      .filter(({ code }) => code !== "session_store_down")
      .map(({ message, wayOut }) => problem(message, wayOut));
    return [serving, ...warned, active];
  }

  #servers(): Finding[] {
    return this.#status.ofGateway().servers.map(({ name, status }) => {
      const text = status.reason?.message ?? `${name} is ${status.state.replaceAll("_", " ")}.`;
      const way = status.action?.command ? `Run “${status.action.command}”.` : null;
      if (status.state === "ready")
        return ok(`${name} is ready with ${status.affects.tools} tools.`);
      return NOTES.includes(status.state) ? note(text, way) : problem(text, way);
    });
  }

  async #programs(): Promise<Finding[]> {
    await this.#runtimes.ready();
    const { environment, folders, programs, network } = await this.#runtimes.view();
    return [
      ...environmentFindings(environment),
      ok(`Programs are looked for in ${counted(folders.length, "folder")}: ${folders.join(", ")}.`),
      ...programs.map(programFinding),
      ...networkFindings(network),
    ];
  }
}

function environmentFindings({ source, shell, problem }: RuntimesView["environment"]): Finding[] {
  const as =
    source === "login_shell"
      ? ok(`Servers start with the PATH of ${shell}, as in a terminal.`)
      : ok("Servers start with the PATH of this program.");
  if (problem === null) return [as];
  return [note(problem, "Mend the start-up files of the shell, then check again."), as];
}

function programFinding({ name, path, version, others }: ProgramView): Finding {
  if (path === null) {
    return note(`“${name}” is in none of them; servers that need it cannot start.`, null);
  }
  const also = others.length === 0 ? "" : ` There is also ${others.join(", ")}.`;
  return ok(`${name}${version === null ? "" : ` ${version}`} is ${path}.${also}`);
}

function networkFindings(network: RuntimesView["network"]): Finding[] {
  const { httpProxy, httpsProxy, noProxy, extraCa } = network;
  const proxies = [...new Set([httpProxy, httpsProxy].filter((proxy) => proxy !== null))];
  const except = noProxy === null ? "" : `, except ${noProxy}`;
  const way =
    proxies.length === 0 ? "directly" : `through the proxy ${proxies.join(" or ")}${except}`;
  const findings = [ok(`Remote servers are reached ${way}.`)];
  if (extraCa) {
    const certificates = counted(extraCa.certificates, "certificate");
    findings.push(ok(`Also trusted: ${certificates} of ${extraCa.file}.`));
  }
  if (network.problem !== null) {
    findings.push(problem(network.problem, "Correct it in Settings, or in the environment."));
  }
  return findings;
}

const inArea = (area: DoctorFinding["area"], findings: Finding[]): DoctorFinding[] =>
  findings.map((finding) => ({ area, ...finding }));

const ok = (message: string): Finding => ({ level: "ok", message, wayOut: null });
const note = (message: string, wayOut: string | null): Finding => ({
  level: "note",
  message,
  wayOut,
});
const problem = (message: string, wayOut: string | null): Finding => ({
  level: "problem",
  message,
  wayOut,
});

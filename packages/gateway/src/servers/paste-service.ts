import {
  describeIssues,
  GatewayError,
  type pasteChoice,
  type PastedServer,
  type Recognition,
  serverCreate,
  type ServerImportRow,
} from "@local-mcp/contract";
import type { z } from "zod";
import {
  type ReadOptions,
  type ReadServer,
  readServers,
  type ServerInput,
} from "./recognize/recognize.ts";
import type { ServersService } from "./servers-service.ts";
import { splitUrl } from "./url-secrets.ts";

export interface PasteServiceOptions extends ReadOptions {
  servers: Pick<ServersService, "names" | "create">;
  /** @throws GatewayError profile_not_found */
  checkProfile: (slug: string) => void;
}

type Choice = z.infer<typeof pasteChoice>;
type Row = Omit<ServerImportRow, "original">;

/** Servers out of a pasted text: what is in it, and adding them. */
export class PasteService {
  readonly #options: PasteServiceOptions;

  constructor(options: PasteServiceOptions) {
    this.#options = options;
  }

  /** Stores nothing. Values that look secret are named in the answer, and are not in it. */
  recognize(text: string): Recognition {
    try {
      const { form, servers } = readServers(text, this.#options);
      const problem = servers.length === 0 ? "There are no servers in this." : null;
      const names = this.#options.servers.names();
      return { form, servers: servers.map((server) => shown(server, names)), problem };
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      return { form: null, servers: [], problem: error.message };
    }
  }

  /**
   * Adds the servers of a text, all or those chosen. Never consent: what would run stays
   * unconfirmed.
   *
   * @param mayRun whether whoever imports may add servers that run a command
   * @throws GatewayError malformed_json, validation_failed, profile_not_found
   */
  async importFile(
    wanted: { text: string; choices?: readonly Choice[]; profile?: string },
    mayRun: boolean,
  ): Promise<ServerImportRow[]> {
    const { text, profile, choices } = wanted;
    if (profile !== undefined) this.#options.checkProfile(profile);
    const { servers } = readServers(text, this.#options);
    const chosen: Choice[] = [...(choices ?? servers.map((_, index) => ({ index, plain: [] })))];
    const rows: ServerImportRow[] = [];
    for (const choice of chosen) {
      const read = servers[choice.index];
      if (!read) {
        throw new GatewayError("validation_failed", {
          detail: `The text has no server number ${choice.index + 1}.`,
        });
      }
      rows.push({ original: read.original, ...(await this.#add(read, choice, profile, mayRun)) });
    }
    return rows;
  }

  async #add(
    read: ReadServer,
    choice: Choice,
    profile: string | undefined,
    mayRun: boolean,
  ): Promise<Row> {
    if (read.server === null) return { name: null, outcome: "failed", message: read.problem };
    const wanted = chosenServer(read.server, choice, profile);
    const { name } = wanted;
    const failed = (message: string): Row => ({ name, outcome: "failed", message });
    const parsed = serverCreate.safeParse(wanted);
    if (!parsed.success) return failed(describeIssues(parsed.error.issues));
    if (this.#options.servers.names().has(name)) {
      return { name, outcome: "skipped", message: `There is a server “${name}” already.` };
    }
    if (parsed.data.config.transport === "stdio" && !mayRun) {
      return failed(new GatewayError("token_lacks_right", { right: "processes" }).message);
    }
    try {
      const { warnings } = await this.#options.servers.create(parsed.data);
      const missing = read.missing.map((what) => `The ${what} has no value yet.`);
      const messages = [...missing, ...warnings.map(({ message }) => message)];
      return { name, outcome: "added", message: messages.join(" ") || null };
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      return failed(`${error.message} ${error.wayOut}`);
    }
  }
}

function shown(read: ReadServer, names: ReadonlySet<string>): PastedServer {
  const { original, problem } = read;
  if (read.server === null) {
    return { original, name: null, config: null, enabled: true, taken: false, problem };
  }
  const { name, config, enabled = true } = read.server;
  return {
    original,
    name,
    config: shownConfig(config),
    enabled,
    taken: names.has(name),
    problem,
  };
}

function shownConfig(config: ServerInput["config"]): PastedServer["config"] {
  if (config.transport !== "stdio") {
    const { transport, url, headers = {} } = config;
    return { transport, url: splitUrl(url).template, headers: Object.keys(headers) };
  }
  const { transport, command, args = [], cwd = null, env = {} } = config;
  return { transport, command, args, cwd, env: Object.keys(env) };
}

/** As a person changed it: under another name, with variables that are no secrets. */
function chosenServer(
  server: ServerInput,
  { name, plain }: Choice,
  profile: string | undefined,
): ServerInput {
  const { config } = server;
  const chosen = {
    ...server,
    name: name ?? server.name,
    profiles: profile === undefined ? [] : [profile],
  };
  if (config.transport !== "stdio") return chosen;
  const env = Object.entries(config.env ?? {}).map(([variable, value]) => [
    variable,
    value !== null && plain.includes(variable) ? { ...value, plain: true } : value,
  ]);
  return { ...chosen, config: { ...config, env: Object.fromEntries(env) } };
}

import { homedir } from "node:os";
import { delimiter } from "node:path";
import type { RuntimesView, Settings } from "@local-mcp/contract";
import type { Route } from "@local-mcp/engine";
import { baseEnvironment } from "../servers/base-environment.ts";
import { type Network, proxyFor, resolveNetwork, viewNetwork } from "./network.ts";
import { Programs, type Variables } from "./programs.ts";
import { foldersOf, wellKnownFolders } from "./search-path.ts";
import { askLoginShell, type LoginShell } from "./login-shell.ts";

/** Set for the shell that is asked, so that a gateway started by its files does not ask again. */
const ASKING = "LOCAL_MCP_GATEWAY_ASKS_SHELL";

interface RuntimesOptions {
  env: NodeJS.ProcessEnv;
  settings: () => Settings;
  /** Whether the login shell is asked: where a person sees a window and no terminal. */
  loginShell: boolean;
  /** The environment of servers has been read anew. */
  onChange: () => void;
  /** Remote servers are reached in another way from now on. */
  onNetworkChange: () => void;
  /** How long the shell may take, ms. */
  timeoutMs?: number;
}

/**
 * What servers are started with and how remote ones are reached. Where a login shell is asked,
 * nobody is held up by it but the first start of a server.
 */
export class RuntimesService {
  readonly #options: RuntimesOptions;
  readonly #programs = new Programs();
  #asked: LoginShell | null = null;
  #environment: RuntimesView["environment"] = {
    source: "process",
    state: "resolved",
    shell: null,
    problem: null,
    durationMs: null,
    resolvedAt: null,
  };
  #variables: Variables;
  #ready: Promise<void> = Promise.resolve();
  #refreshing: Promise<void> | null = null;
  /** How remote servers were reached when it was last looked at; null before the first look. */
  #seenNetwork: string | null = null;
  #closed = false;

  constructor(options: RuntimesOptions) {
    this.#options = options;
    this.#variables = this.#withFolders(baseEnvironment(options.env));
  }

  /** Asks the login shell, where one is to be asked. */
  start(): void {
    this.#ready = this.#resolve();
  }

  /** What a server's process starts with, secrets and its own variables aside. As known now. */
  get variables(): Variables {
    return this.#variables;
  }

  /** What PATH is called when something was not found in it. */
  get pathName(): string {
    return this.#environment.source === "login_shell" ? "your login shell's PATH" : "PATH";
  }

  /** The way to a remote server, by the settings as they are now. */
  routeTo(url: URL): Route {
    const network = this.#network();
    return { proxy: proxyFor(network, url), certificates: network.extraCa?.certificates ?? [] };
  }

  /** Resolves when the login shell has answered, or has had its time. */
  ready(): Promise<void> {
    return this.#ready;
  }

  async view(): Promise<RuntimesView> {
    return {
      environment: this.#environment,
      folders: foldersOf(this.#variables.PATH),
      programs: await this.#programs.list(this.#variables),
      network: viewNetwork(this.#network()),
    };
  }

  /** To be called when the settings have changed. */
  checkNetwork(): void {
    const before = this.#seenNetwork;
    this.#seenNetwork = JSON.stringify(this.#network());
    if (before !== null && before !== this.#seenNetwork) this.#options.onNetworkChange();
  }

  /** However many ask for it at once, one shell is asked. */
  async refresh(): Promise<RuntimesView> {
    this.#refreshing ??= this.#askAgain();
    await this.#refreshing;
    return this.view();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([this.#asked?.stop(), this.#programs.close()]);
  }

  async #askAgain(): Promise<void> {
    try {
      this.#programs.forget();
      await this.#ready;
      this.start();
      await this.#ready;
    } finally {
      this.#refreshing = null;
    }
  }

  #network(): Network {
    return resolveNetwork(this.#options.settings(), this.#variables);
  }

  async #resolve(): Promise<void> {
    if (this.#closed) return;
    const { env, loginShell } = this.#options;
    const asks = loginShell && process.platform !== "win32" && env[ASKING] === undefined;
    if (asks) await this.#askShell();
    if (this.#closed) return;
    this.checkNetwork();
    this.#options.onChange();
  }

  async #askShell(): Promise<void> {
    const { env, timeoutMs } = this.#options;
    const asked = askLoginShell({ env: { ...baseEnvironment(env), [ASKING]: "1" }, timeoutMs });
    this.#asked = asked;
    const before = { shell: asked.shell, durationMs: null, resolvedAt: null };
    const { source } = this.#environment;
    this.#environment = { ...before, source, state: "resolving", problem: null };
    const started = performance.now();
    const answer = await asked.answer;
    const after = {
      shell: asked.shell,
      durationMs: Math.round(performance.now() - started),
      resolvedAt: Date.now(),
    };
    const { variables, problem } = answer;
    this.#environment =
      variables === null
        ? { ...after, source: "process", state: "failed", problem }
        : { ...after, source: "login_shell", state: "resolved", problem };
    this.#variables = this.#withFolders(baseEnvironment(env, variables ?? env));
  }

  /** A window is opened with hardly a PATH; what a terminal was told stays as it was told. */
  #withFolders(variables: Record<string, string>): Variables {
    if (!this.#options.loginShell) return variables;
    const folders = foldersOf(variables.PATH);
    const more = wellKnownFolders(variables.HOME ?? homedir(), variables);
    return { ...variables, PATH: [...new Set([...folders, ...more])].join(delimiter) };
  }
}

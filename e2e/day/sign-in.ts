import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { CLI, eventually, run } from "../command-line.ts";
import {
  type AuthorizationServer,
  startAuthorizationServer,
  TROUBLES,
} from "../fixtures/authorization-server.ts";
import { visitUntilSentBack } from "../fixtures/browser.ts";
import { type ProtectedServer, startProtectedServer } from "../fixtures/protected-server.ts";

type Check = (what: string, holds: boolean, detail?: unknown) => void;

/** A client of the profile that shows the server. */
interface Client {
  request(method: string, params: Record<string, unknown>): Promise<unknown>;
}

interface Options {
  /** What the server is called. */
  name: string;
  dataDir: string;
  env: NodeJS.ProcessEnv;
  check: Check;
}

const TOOL = "test_simple_text";
const CALL = { name: TOOL, arguments: {} };
/** So short that access is renewed all day, seconds. */
const ACCESS_SECONDS = 2;
const PATIENCE_MS = 20_000;

/** A server that wants a sign-in, whose access never lasts, and what a person has to do with it. */
export class SignIn {
  readonly #options: Options;
  readonly #authorizationServer: AuthorizationServer;
  readonly #server: ProtectedServer;

  private constructor(options: Options, at: AuthorizationServer, server: ProtectedServer) {
    this.#options = options;
    this.#authorizationServer = at;
    this.#server = server;
  }

  static async prepare(options: Options): Promise<SignIn> {
    const trusts = await startAuthorizationServer({ accessTokenSeconds: ACCESS_SECONDS });
    return new SignIn(options, trusts, await startProtectedServer({ trusts }));
  }

  get url(): string {
    return this.#server.url;
  }

  /** Everything that was shown to the server; whatever of it lies about has leaked. */
  get tokens(): string[] {
    return [...this.#server.seen].map((value) => value.replace(/^Bearer /, ""));
  }

  /** On a machine without a browser: the page is visited elsewhere, and where that ends is pasted. */
  async signIn(): Promise<void> {
    const { name, dataDir, env, check } = this.#options;
    const args = [CLI, "--data-dir", dataDir, "servers", "signin", name, "--no-browser"];
    const child = spawn(process.execPath, args, { env, stdio: ["pipe", "ignore", "pipe"] });
    const ended = once(child, "exit");
    const said: string[] = [];
    for await (const line of createInterface(child.stderr)) {
      said.push(line);
      if (!line.startsWith("http")) continue;
      child.stdin.write(`${(await visitUntilSentBack(line)).href}\n`);
    }
    const [code]: unknown[] = await ended;
    check("a pasted address signs in", code === 0, said.join("\n"));
  }

  /** Access ends again and again, and nobody notices. */
  async work(clients: readonly Client[]): Promise<void> {
    const { check } = this.#options;
    const { counts } = this.#authorizationServer;
    const renewals = (): number => counts.granted.refresh_token ?? 0;
    const before = renewals();
    const failed: string[] = [];
    const renewed = await eventually(async () => {
      for (const client of clients) {
        const said = JSON.stringify(await client.request("tools/call", CALL));
        if (said.includes('"isError":true')) failed.push(said);
      }
      return renewals() >= before + 2 ? true : undefined;
    }, PATIENCE_MS);
    check("access is renewed by itself", renewed === true, renewals() - before);
    check("and no call notices", failed.length === 0, failed[0]);
    check("no refresh token is used twice", counts.refreshTokensUsedTwice === 0);
  }

  /** The authorization server has had enough: everybody is told the same, and nothing else suffers. */
  async expire(clients: readonly Client[]): Promise<void> {
    const { name, dataDir, env, check } = this.#options;
    this.#authorizationServer.trouble({ fault: TROUBLES.refused, at: "token" });
    const reason = await eventually(async () => {
      const shown = await run([CLI, "--data-dir", dataDir, "status"], env);
      return /Sign in again, because [^\n]*?\.(?= Run )/.exec(shown.stdout)?.[0];
    }, PATIENCE_MS);
    check("the status says that it ended, and why", reason !== undefined);
    for (const client of clients) {
      const told = JSON.stringify(await client.request("tools/call", CALL));
      const isSame = told.includes(reason ?? "?") && told.includes(`servers signin ${name}`);
      check("so does a call, with the way out", isSame, told);
      const listed = JSON.stringify(await client.request("tools/list", {}));
      check("its tools stay listed", listed.includes(`"${TOOL}"`), listed);
    }
    this.#authorizationServer.calm();
  }

  async close(): Promise<void> {
    await this.#server.close();
    await this.#authorizationServer.close();
  }
}

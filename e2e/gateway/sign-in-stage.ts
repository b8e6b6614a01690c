import type { SignInProgress, SignInStarted } from "@local-mcp/contract";
import { keychainProvider } from "@local-mcp/vault/test-kit";
import { startAuthorizationServer } from "../fixtures/authorization-server.ts";
import { visit, visitUntilSentBack } from "../fixtures/browser.ts";
import type { McpClient } from "../fixtures/mcp-client.ts";
import { startProtectedServer } from "../fixtures/protected-server.ts";
import { afterTest, call, names } from "../fixtures/test-support.ts";
import { textOf } from "./era-gateway.ts";
import { serve, type ServerConfig, type TestGateway, until } from "./test-gateway.ts";

/** A tool of the protected server that its usual scope allows, and what it answers. */
export const TOOL = "test_simple_text";
export const ANSWER = "A plain text, for tests.";

/** What opens the vault of a gateway by itself, without time to derive a key. */
export const keychain = () => ({ provider: keychainProvider(), problem: () => null });

/** An authorization server, which at the end of the test must have had no fault of its own. */
export async function authorizationServer(
  options?: Parameters<typeof startAuthorizationServer>[0],
) {
  const server = await startAuthorizationServer(options);
  afterTest(async () => {
    await server.close();
    if (server.problems.length > 0) throw new AggregateError(server.problems, "its own faults");
  });
  return server;
}

export async function protectedServer(options: Parameters<typeof startProtectedServer>[0]) {
  const server = await startProtectedServer(options);
  afterTest(() => server.close());
  return server;
}

/** A gateway before one protected server, `far`, and maybe others; nobody has signed in. */
export async function stageSignIn(
  options: {
    authorization?: Parameters<typeof startAuthorizationServer>[0];
    far?: Partial<Parameters<typeof startProtectedServer>[0]>;
    servers?: Record<string, ServerConfig>;
    gateway?: Parameters<typeof serve>[1];
  } = {},
) {
  const authorization = await authorizationServer(options.authorization);
  const far = await protectedServer({ trusts: authorization, ...options.far });
  const served = await serve(
    { far: { transport: "http", url: far.url }, ...options.servers },
    { ...options.gateway, gateway: { keychain: keychain(), ...options.gateway?.gateway } },
  );
  return { authorization, far, ...served, ...signInsOf(served) };
}

/** What a person does to sign in at servers of a gateway, and what they see. */
export function signInsOf({ api }: Pick<TestGateway, "api">) {
  const status = async (server = "far") => (await api.servers.get({ server })).status;

  const start = async (server = "far", scopes?: string[]) => {
    const started = await api.signIn.start({ server, ...(scopes && { scopes }) });
    return { ...started, url: pageOf(started) };
  };
  const wait = ({ id }: Pick<SignInStarted, "id">, server = "far"): Promise<SignInProgress> =>
    api.signIn.wait({ server, signIn: id });
  return {
    status,
    start,
    wait,
    /** Begins one and has the browser sent back, without going there. */
    begin: async (server = "far", person?: Parameters<typeof visit>[1]) => {
      const started = await start(server);
      return { ...started, back: await visitUntilSentBack(started.url, person) };
    },
    signIn: async (server = "far", scopes?: string[]): Promise<void> => {
      const started = await start(server, scopes);
      const { body } = await visit(started.url);
      const { state, problem } = await wait(started, server);
      if (state !== "done") throw new Error(`${state}: ${problem?.message} ${body}`);
      await until(
        () => status(server),
        ({ state }) => state === "ready",
      );
    },
  };
}

function pageOf({ url }: SignInStarted): string {
  if (url === null) throw new Error("no page is named");
  return url;
}

/** Calls a tool; the text that it answers, or that an error says. */
export async function said(client: McpClient, tool = TOOL): Promise<string> {
  try {
    return textOf(await client.request("tools/call", call(tool)));
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export const toolsOf = async (client: McpClient): Promise<unknown[]> =>
  names(await client.request("tools/list"));

import { Agent, type IncomingMessage } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { buffer } from "node:stream/consumers";
import { contract, type Contract, GatewayError } from "@local-mcp/contract";
import { findGateway, type GatewayOptions, type Redactor, resolvePaths } from "@local-mcp/gateway";
import { createORPCClient } from "@orpc/client";
import type { ContractRouterClient } from "@orpc/contract";
import { ResponseValidationPlugin } from "@orpc/contract/plugins";
import { OpenAPILink } from "@orpc/openapi-client/fetch";
import { toGatewayError } from "./errors.ts";
import { type BackupFiles, backupFiles } from "./files.ts";
import { exchange } from "./http.ts";
import { httpTransfer } from "./http-transfer.ts";
import type { Io } from "./io.ts";
import { loadGateway } from "./load-gateway.ts";
import { visible } from "./output.ts";
import { environmentSecret } from "./values.ts";

/** Everything a gateway can be asked, wherever it runs. */
export type Api = ContractRouterClient<Contract>;

/** Where the gateway of a command is. */
export interface Place {
  dataDir?: string;
  configEnv?: string;
  /** Address of a gateway on another machine; stands above HOST and PORT. */
  gateway?: string;
}

export interface Connection {
  /** To be read each time: a restore in this process replaces it. */
  readonly api: Api;
  files: BackupFiles;
  /** True when a gateway that runs elsewhere answers, false when this process is it. */
  running: boolean;
  close(): Promise<void>;
}

/** How long a command waits for another one that has the data directory, ms. */
const PATIENCE_MS = 5000;
const POLL_MS = 100;

const DEFAULT_PORT = "4444";

/** Names of this machine, and the addresses that mean all of its interfaces. */
const isLocal = (host: string): boolean =>
  /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|0\.0\.0\.0|\[?::1?\]?|)$/i.test(host);

/**
 * The address of a gateway on another machine when `--gateway` or HOST and PORT name one, else
 * null: then runtime.json in the data directory decides.
 */
export const remoteUrl = (place: Place, env: NodeJS.ProcessEnv): string | null => {
  if (place.gateway !== undefined) {
    const url = URL.canParse(place.gateway) ? new URL(place.gateway) : null;
    if (url === null || !/^https?:$/.test(url.protocol)) {
      const detail = `“${place.gateway}” is not the address of a gateway; it starts with http:// or https://.`;
      throw new GatewayError("usage", { detail });
    }
    return url.href.replace(/\/+$/, "");
  }
  const host = env["HOST"] ?? "";
  if (isLocal(host)) return null;
  const port = env["PORT"] || DEFAULT_PORT;
  const name = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  const url = `${port === "443" ? "https" : "http"}://${name}:${port}`;
  if (URL.canParse(url)) return new URL(url).origin;
  throw new GatewayError("config_invalid", {
    name: "HOST",
    source: "the environment",
    detail: `“${url}” is not an address`,
  });
};

/** A gateway that runs, and the header that opens its API. */
export interface Running {
  url: string;
  authorization: string;
}

export const bearer = (token: string): string => `Bearer ${token}`;

/** What the environment has for a gateway on another machine; a token stands above a password. */
const remoteAuthorization = async (io: Io): Promise<string | null> => {
  const token = await environmentSecret(io, "MCPGATEWAY_BEARER_TOKEN");
  if (token !== undefined) return bearer(token);
  const user = await environmentSecret(io, "BASIC_AUTH_USER");
  const password = await environmentSecret(io, "BASIC_AUTH_PASSWORD");
  if (user === undefined || password === undefined) return null;
  return `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
};

/** A running gateway with `given` or the token that opens its API; null while none runs. */
export const findRunning = async (
  io: Io,
  place: Place,
  given?: string,
): Promise<Running | null> => {
  const url = remoteUrl(place, io.env);
  if (url === null) {
    const running = await findGateway({ dataDir: place.dataDir, env: io.env });
    if (running === null) return null;
    return { url: running.url, authorization: bearer(given ?? running.token) };
  }
  const authorization = given === undefined ? await remoteAuthorization(io) : bearer(given);
  if (authorization === null) throw new GatewayError("remote_token_missing", { url });
  return { url, authorization };
};

/** What comes, as it comes; whoever does not want the rest closes the connection. */
const streamOf = (answer: IncomingMessage): ReadableStream<Uint8Array> => {
  const chunks: AsyncIterator<Uint8Array> = answer[Symbol.asyncIterator]();
  return new ReadableStream({
    pull: async (controller) => {
      const next = await chunks.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
    cancel: () => void answer.destroy(),
  });
};

/** Speaks to the API of a running gateway. Rejects with what that gateway meant. */
export const httpConnection = ({ url, authorization }: Running): Connection => {
  const agent = url.startsWith("https:")
    ? new HttpsAgent({ keepAlive: true })
    : new Agent({ keepAlive: true });
  const fetch = async (request: Request): Promise<Response> => {
    const body = request.body === null ? undefined : new Uint8Array(await request.arrayBuffer());
    try {
      const answer = await exchange(new URL(request.url), {
        method: request.method,
        headers: Object.fromEntries(request.headers),
        body,
        agent,
        signal: request.signal,
      });
      const type = answer.headers["content-type"] ?? "";
      // What goes on for as long as somebody follows it is read as it comes.
      const isStream = type.startsWith("text/event-stream");
      return new Response(isStream ? streamOf(answer) : await buffer(answer), {
        status: answer.statusCode,
        headers: { "content-type": type },
      });
    } catch (error) {
      throw new GatewayError("gateway_unreachable", { url }, { cause: error });
    }
  };
  const link = new OpenAPILink(contract, {
    url: `${url}/api`,
    headers: { authorization },
    fetch,
    plugins: [new ResponseValidationPlugin(contract)],
    interceptors: [
      async (call) => {
        try {
          return await call.next();
        } catch (error) {
          throw toGatewayError(error, url);
        }
      },
    ],
  });
  return {
    api: createORPCClient(link),
    files: backupFiles(httpTransfer({ url, authorization }, agent)),
    running: true,
    close: async () => agent.destroy(),
  };
};

/** How a command opens a data directory itself. */
export const optionsHere = (
  io: Io,
  { dataDir, configEnv }: Place,
  redactor: Redactor | undefined,
): GatewayOptions => ({
  dataDir,
  configEnv,
  env: io.env,
  kind: "cli",
  redactor,
  // What goes wrong with a server is part of its status, which commands show.
  log: (line, level) => {
    if (level === "error") io.stderr.write(`${visible(line)}\n`);
  },
});

/**
 * A running gateway where there is one, else one in this process, which holds the data directory
 * until it is closed. While another command holds it, waits a moment.
 */
export const connect = async (
  io: Io,
  place: Place,
  { patienceMs = PATIENCE_MS, redactor }: { patienceMs?: number; redactor?: Redactor } = {},
): Promise<Connection> => {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const running = await findRunning(io, place);
    if (running !== null) return httpConnection(running);
    try {
      const { createGateway } = await loadGateway(place, io.env);
      const gateway = await createGateway(optionsHere(io, place, redactor));
      return {
        get api() {
          return gateway.api;
        },
        files: backupFiles(
          {
            read: (backup) => gateway.backups.read(backup),
            receive: (name, stream, size) => gateway.backups.receive(name, stream, size),
          },
          resolvePaths({ dataDir: place.dataDir, env: io.env }).database,
        ),
        running: false,
        close: async () => void (await gateway.close()),
      };
    } catch (error) {
      const held = error instanceof GatewayError && error.code === "data_dir_held";
      if (!held || performance.now() >= giveUpAt || io.signal.aborted) throw error;
      await sleep(POLL_MS);
    }
  }
};

import { contract } from "@local-mcp/contract";
import { type AnyContractRouter, isContractProcedure } from "@orpc/contract";
import { z } from "zod";
import { McpClient } from "../fixtures/mcp-client.ts";
import { type Deed, inVain } from "./in-vain.ts";
import { command } from "./programs.ts";
import { recordings } from "./recordings.ts";
import type { Running } from "./running.ts";
import type { Stage } from "./stage.ts";
import { TRANSFERS } from "./transfers.ts";

export const PROFILE = "everything";
const serverNames = z.array(z.object({ name: z.string() }));

/** Streams are listened to all the time, and what has to be told more is asked where that is known. */
const ASKED_ELSEWHERE = new Set(["/events", "/logs/live", "/logs/suggest"]);

/** Paths of everything that only reads. */
const readPaths = (router: AnyContractRouter): string[] => {
  if (!isContractProcedure(router)) return Object.values(router).flatMap((one) => readPaths(one));
  const { method, path } = router["~orpc"].route;
  return method === "GET" && path !== undefined && !ASKED_ELSEWHERE.has(path) ? [path] : [];
};

const tellingServers = async (running: Running): Promise<string[]> => {
  const servers = serverNames.parse(JSON.parse(await running.ask("GET", "/api/servers")));
  return servers.map(({ name }) => name).filter((name) => name.startsWith("tells-"));
};

/** Answers of tools are the server's own, and the client's who asked: they are not heard. */
const callUnheard = async (running: Running, path: string, body: unknown): Promise<void> => {
  const response = await fetch(`${running.url}/api${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${running.token}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  await response.text();
};

const callTools = async (running: Running, token: string): Promise<void> => {
  const client = new McpClient(`${running.url}/mcp/${PROFILE}`, {
    authorization: `Bearer ${token}`,
  });
  await client.initialize();
  await client.request("tools/list");
  for (const name of ["tell", "fail", "crash", "nobody-has-it"]) {
    // That a call fails is what is wanted of most.
    await client.request("tools/call", { name, arguments: {} }).catch(() => {});
  }
};

const created = z.object({ token: z.string() });
const recovery = z.object({ recoveryKey: z.string() });

/** Commands that run side by side. */
const AT_ONCE = 4;

const COMMANDS = [
  ["status"],
  ["doctor"],
  ["--json", "doctor"],
  ["servers", "list"],
  ["--json", "servers", "list"],
  ["servers", "usage"],
  ["--json", "profiles", "list"],
  ["--json", "tokens", "list"],
  ["--json", "vault", "status"],
  ["--json", "settings", "list"],
  ["--json", "audit", "list"],
  ["audit", "export"],
  ["--help"],
];

const initialize = {
  jsonrpc: "2.0",
  id: 1,
  method: "initialize",
  params: {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "bridged", version: "1" },
  },
};

const ofServer = (name: string): string[][] => [
  ["--json", "servers", "output", name],
  ["--json", "servers", "show", name],
  ["servers", "test", name],
];

/** A command that says something, whether it is glad of it or not. */
const known = async (stage: Stage, args: string[]): Promise<void> => {
  const { code, stderr } = await command(stage, args);
  if (code !== 0 && code !== 1) throw new Error(`${args.join(" ")} ended with ${code}: ${stderr}`);
};

export const DEEDS: Deed[] = [
  ...TRANSFERS,
  {
    name: "servers are called, and tell what they know",
    do: async (stage, running) => {
      const made = created.parse(
        JSON.parse(
          await running.ask("POST", "/api/tokens", { body: JSON.stringify({ name: "client" }) }),
        ),
      );
      // The answer that made it is the one that may hold it.
      stage.outputs.pop();
      stage.samples.planted("access token", [stage.samples.adopt(made.token, "access token")]);
      await callTools(running, made.token);
      for (const name of await tellingServers(running)) {
        await running.ask("POST", `/api/servers/${name}/test`, { body: "{}" });
        for (const tool of ["tell", "fail"]) {
          await callUnheard(running, `/servers/${name}/call`, { name: tool });
        }
      }
    },
  },
  recordings(PROFILE),
  {
    name: "everything is read",
    do: async (_stage, running) => {
      const servers = await tellingServers(running);
      for (const path of readPaths(contract)) {
        const each = path.includes("{server}") ? servers : [""];
        for (const server of each) {
          const filled = path
            .replace("{server}", server)
            .replace("{profile}", PROFILE)
            .replace("{tool}", "tool-0");
          // Of what else has a name there is none, and the path is sent as it is.
          const isThere = server === "" && !filled.includes("{");
          await running.ask("GET", `/api${filled}`, { status: isThere ? 200 : undefined });
        }
      }
      for (const path of ["/openapi.json", "/health", "/ready", "/nowhere"]) {
        await running.ask("GET", path);
      }
    },
  },
  {
    name: "wrong tokens, passwords and signed tokens are sent",
    do: async (stage, running) => {
      for (const { value } of inVain(stage, "wrong token", 3, "query")) {
        const basic = Buffer.from(`ada:${value}`).toString("base64");
        for (const authorization of [`Bearer ${value}`, `Basic ${basic}`, `Token ${value}`]) {
          const headers = { authorization };
          await running.ask("GET", "/api/status", { headers });
          await running.ask("POST", `/mcp/${PROFILE}`, { headers, body: "{}" });
        }
        await running.ask("GET", `/api/status?access_token=${value}`);
        await running.ask("GET", `/mcp/${PROFILE}?token=${value}`);
      }
    },
  },
  {
    name: "bodies are malformed",
    do: async (stage, running) => {
      for (const { value } of inVain(stage, "malformed body", 6)) {
        const server = { name: "Not A Name", config: { env: { KEY: { value } } }, secrets: value };
        const bodies = [
          JSON.stringify({ text: value, extra: value }).slice(0, -1),
          JSON.stringify(server),
          JSON.stringify([value, { [value.slice(0, 20)]: value }]),
          value,
        ];
        for (const body of bodies) {
          await running.ask("POST", "/api/servers", { body });
          await running.ask("POST", "/api/vault", { body });
          await running.ask("POST", `/mcp/${PROFILE}`, { body });
        }
        const text = `{"mcpServers": {"x": {"command": "node", "env": {"KEY": "${value}`;
        await running.ask("POST", "/api/servers/recognize", { body: JSON.stringify({ text }) });
        await running.ask("POST", "/api/servers/import", { body: JSON.stringify({ text }) });
      }
    },
  },
  {
    name: "addresses are refused with what they hold",
    do: async (stage, running) => {
      for (const { value } of inVain(stage, "refused address", 4, "query")) {
        const urls = [
          `ftp://ada:${value}@files.example/`,
          `http://ada:${value}@169.254.169.254/latest?key=${value}`,
          `https://[${value}]/mcp?key=${value}`,
        ];
        for (const url of urls) {
          const config = { transport: "http", url };
          const body = JSON.stringify({ name: "refused", config });
          await running.ask("POST", "/api/servers", { body });
        }
        const proxy = JSON.stringify({ proxy: `http://ada:${value}@127.0.0.1:1` });
        await running.ask("PATCH", "/api/settings", { body: proxy });
      }
    },
  },
  {
    name: "the vault is asked with wrong keys, and for a recovery key",
    do: async (stage, running) => {
      const [first, second] = inVain(stage, "wrong passphrase", 2);
      const unlock = (body: object): Promise<string> =>
        running.ask("POST", "/api/vault/unlock", { body: JSON.stringify(body) });
      await unlock({ passphrase: first?.value });
      await unlock({ recoveryKey: second?.value });
      const answer = await running.ask("POST", "/api/vault/recovery-key", { body: "{}" });
      stage.outputs.pop();
      const { recoveryKey } = recovery.parse(JSON.parse(answer));
      const forms = [recoveryKey, recoveryKey.replaceAll("-", "")];
      stage.samples.planted(
        "recovery key",
        forms.map((form) => stage.samples.adopt(form, "recovery key")),
      );
      await unlock({ recoveryKey: `${recoveryKey.slice(0, -1)}!` });
    },
  },
  {
    name: "commands ask the gateway",
    do: async (stage, running, { short }) => {
      const servers = await tellingServers(running);
      const chosen = short ? servers.slice(-3) : servers;
      const all = [...COMMANDS, ...chosen.flatMap(ofServer)];
      for (let at = 0; at < all.length; at += AT_ONCE) {
        await Promise.all(all.slice(at, at + AT_ONCE).map((args) => known(stage, args)));
      }
    },
  },
  {
    name: "a client comes by the bridge",
    do: async (stage) => {
      const lines = [initialize, { jsonrpc: "2.0", id: 2, method: "tools/list" }];
      const stdin = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
      const { stdout, stderr } = await command(stage, ["bridge", "--profile", PROFILE], { stdin });
      if (!stdout.includes('"tools"')) throw new Error(`the bridge lists nothing: ${stderr}`);
    },
  },
  {
    name: "commands are given secrets, and fail",
    do: async (stage) => {
      const [file, variable, input, wrong, line] = inVain(stage, "failing command", 5);
      const env = { SOME_KEY: variable?.value };
      const path = stage.input("secrets.env", `KEY=${file?.value}\nnot a line ${file?.value}\n`);
      const add = ["servers", "add", "Not-A-Name"];
      await command(stage, [...add, "--env-file", path, "--", "node"]);
      await command(stage, [...add, "--env", "SOME_KEY", "--", "node"], { env });
      const broken = `{"mcpServers": {"x": {"env": {"KEY": "${input?.value}"`;
      await command(stage, ["servers", "import", "-"], { stdin: broken });
      const stdin = `${wrong?.value} which is wrong`;
      await command(stage, ["vault", "unlock", "--passphrase-stdin"], { stdin });
      const other = { HOST: "127.0.0.1", MCPGATEWAY_BEARER_TOKEN: line?.value };
      await command(stage, ["--gateway", "http://127.0.0.1:1", "status"], { env: other });
    },
  },
];

/** Too short for anything. */
const SHORT_SECRET = "q~7^zk";

/** Variables that are refused, each with a secret in it. */
export const refusedConfigurations = (stage: Stage): NodeJS.ProcessEnv[] => {
  const [password, token, url] = inVain(stage, "refused configuration", 3);
  stage.samples.planted("refused configuration", [stage.samples.adopt(SHORT_SECRET, "too short")]);
  return [
    { AUTH_ENCRYPTION_SECRET: SHORT_SECRET },
    { BASIC_AUTH_PASSWORD: password?.value },
    { BASIC_AUTH_USER: "ada", BASIC_AUTH_PASSWORD: SHORT_SECRET },
    { JWT_SECRET_KEY: SHORT_SECRET },
    { MCPGATEWAY_BEARER_TOKEN: `${token?.value}\nwith a line`, PORT: "no number" },
    { DATABASE_URL: `postgres://ada:${encodeURIComponent(url?.value ?? "")}@db.example/x` },
  ];
};

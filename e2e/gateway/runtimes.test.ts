import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { afterTest, call, fixtureFile, names } from "../fixtures/test-support.ts";
import { fixture, serve, startGateway, until } from "./test-gateway.ts";

const ENV_SERVER = fixture("--name", "env", "--tools", "env,process");

/** What a server's process says of its variables; null where one is not set. */
const variablesOf = async (
  { client }: Awaited<ReturnType<typeof serve>>,
  asked: readonly string[],
): Promise<Record<string, string | null>> => {
  const answers = await Promise.all(
    asked.map(async (name) => {
      const { structuredContent } = answer.parse(
        await client.request("tools/call", call("env", { name })),
      );
      return [name, structuredContent.value ?? null] as const;
    }),
  );
  return Object.fromEntries(answers);
};
const answer = z.object({ structuredContent: z.object({ value: z.string().optional() }) });

/** A home with a start-up file of bash. */
const homeWith = (lines: string[]): string => {
  const root = mkdtempSync(join(tmpdir(), "runtimes-test-"));
  afterTest(() => rmSync(root, { recursive: true, force: true }));
  writeFileSync(join(root, ".bash_profile"), `${lines.join("\n")}\n`);
  return root;
};

/** What is set in a shell, in Electron or for ourselves, and is nothing to a server. */
const FOREIGN = [
  "ELECTRON_RUN_AS_NODE",
  "ELECTRON_NO_ATTACH_CONSOLE",
  "NODE_OPTIONS",
  "npm_lifecycle_event",
  "npm_config_registry",
  "GITHUB_TOKEN",
  "GH_TOKEN",
  "AUTH_ENCRYPTION_SECRET",
  "VAULT_PASSPHRASE",
  "MCPGATEWAY_BEARER_TOKEN",
  "LOCAL_MCP_GATEWAY_ASKS_SHELL",
];

const program = (folder: string, name: string, lines: string[]): string => {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${lines.join("\n")}\n`);
  chmodSync(path, 0o755);
  return path;
};

const appIn = (root: string, env: NodeJS.ProcessEnv = {}) => ({
  kind: "app" as const,
  root,
  env: { HOME: root, PATH: "/usr/bin:/bin", SHELL: "/bin/bash", ...env },
});

describe("the environment of a server", () => {
  it("has what a program needs, and neither our secrets nor what belongs to others", async () => {
    const root = homeWith([
      "export GITHUB_TOKEN=of-the-shell NODE_OPTIONS=--no-warnings npm_config_registry=http://x",
      "export NVM_DIR=/of/nvm LC_MESSAGES=de_DE.UTF-8 HTTPS_PROXY=http://127.0.0.1:9",
    ]);
    const served = await serve(
      { env: ENV_SERVER },
      {
        gateway: appIn(root, {
          ELECTRON_RUN_AS_NODE: "1",
          ELECTRON_NO_ATTACH_CONSOLE: "1",
          NODE_OPTIONS: "--no-deprecation",
          npm_lifecycle_event: "start",
          AUTH_ENCRYPTION_SECRET: "a secret of this test",
          VAULT_PASSPHRASE: "a passphrase of this test",
          MCPGATEWAY_BEARER_TOKEN: "a token of this test",
          GH_TOKEN: "of-the-process",
          DISPLAY: ":7",
        }),
      },
    );
    await until(
      () => served.api.servers.get({ server: "env" }),
      ({ status }) => status.state === "ready",
    );
    const kept = {
      HOME: root,
      NVM_DIR: "/of/nvm",
      LC_MESSAGES: "de_DE.UTF-8",
      HTTPS_PROXY: "http://127.0.0.1:9",
      DISPLAY: ":7",
    };
    expect(await variablesOf(served, Object.keys(kept))).toEqual(kept);
    const answers = await variablesOf(served, FOREIGN);
    expect(answers).toEqual(Object.fromEntries(FOREIGN.map((name) => [name, null])));
  });

  it("of the app finds programs as a terminal does", async () => {
    const root = homeWith(['export PATH="$HOME/tools:/usr/bin:/bin"']);
    const path = program(join(root, "tools"), "my-server", [
      `exec '${process.execPath}' '${fixtureFile("stdio-server.ts")}' --tools echo`,
    ]);
    const npx = program(join(root, "tools"), "npx", ["echo 11.5.2"]);
    const mine = { transport: "stdio" as const, command: "my-server", args: [] };
    const served = await serve({ mine }, { gateway: appIn(root) });
    await until(
      () => served.api.servers.get({ server: "mine" }),
      ({ status }) => status.state === "ready",
    );
    expect(names(await served.client.request("tools/list"))).toEqual(["echo"]);

    const view = await served.api.runtimes.get();
    expect(view.environment).toMatchObject({
      source: "login_shell",
      state: "resolved",
      shell: "/bin/bash",
      problem: null,
    });
    expect(view.folders.slice(0, 3)).toEqual([join(path, ".."), "/usr/bin", "/bin"]);
    expect(view.programs.find(({ name }) => name === "npx")).toMatchObject({
      path: npx,
      version: "11.5.2",
    });
    const { findings } = await served.api.status.doctor();
    const said = findings.filter(({ area }) => area === "programs").map(({ message }) => message);
    expect(said).toContain("Servers start with the PATH of /bin/bash, as in a terminal.");
    expect(said).toContainEqual(expect.stringContaining(`npx 11.5.2 is ${npx}.`));
  });

  it("is this program's where nobody sees a window", async () => {
    const root = homeWith(["export NVM_DIR=/of/nvm", `touch "$HOME/asked"`]);
    const served = await serve({ env: ENV_SERVER }, { gateway: { ...appIn(root), kind: "serve" } });
    await until(
      () => served.api.servers.get({ server: "env" }),
      ({ status }) => status.state === "ready",
    );
    const { environment, folders } = await served.api.runtimes.get();
    expect(environment).toMatchObject({ source: "process", state: "resolved", shell: null });
    expect(folders).toEqual(["/usr/bin", "/bin"]);
    expect(await variablesOf(served, ["NVM_DIR"])).toEqual({ NVM_DIR: null });
    expect(existsSync(join(root, "asked"))).toBe(false);
  });

  it("is this program's where the shell fails, and that is said", async () => {
    const root = homeWith(["exit 3"]);
    mkdirSync(join(root, ".local", "bin"), { recursive: true });
    const { api, gateway } = await startGateway(appIn(root));
    await gateway.listen();
    const view = await until(
      () => api.runtimes.get(),
      ({ environment }) => environment.state !== "resolving",
    );
    expect(view.environment).toMatchObject({
      source: "process",
      state: "failed",
      problem: "/bin/bash ended without an answer (exit code 3).",
    });
    expect(view.folders).toEqual(
      expect.arrayContaining(["/usr/bin", "/bin", join(root, ".local", "bin")]),
    );
  });

  it("does not ask the shell from within the shell's own files", async () => {
    const root = homeWith(['touch "$HOME/asked"']);
    const env = { LOCAL_MCP_GATEWAY_ASKS_SHELL: "1" };
    const { api, gateway } = await startGateway(appIn(root, env));
    await gateway.listen();
    expect((await api.runtimes.refresh()).environment.shell).toBeNull();
    expect(existsSync(join(root, "asked"))).toBe(false);
  });
});

describe("a program that is not there", () => {
  it("is told with where was looked, and starts when it is there and looked for again", async () => {
    const root = homeWith(['export PATH="$HOME/tools:/usr/bin:/bin"']);
    const mine = { transport: "stdio" as const, command: "my-server", args: [] };
    const served = await serve({ mine }, { gateway: appIn(root) });
    const read = () => served.api.servers.get({ server: "mine" });
    const { status } = await until(read, ({ status }) => status.state === "failed");
    const { folders } = await served.api.runtimes.get();
    expect(status.reason).toEqual({
      code: "command_not_found",
      message: `“my-server” was not found. Looked in ${folders.length} folders of your login shell's PATH.`,
      detail: folders.join("\n"),
    });

    program(join(root, "tools"), "my-server", [
      `exec '${process.execPath}' '${fixtureFile("stdio-server.ts")}' --tools echo`,
    ]);
    const changes: string[] = [];
    afterTest(served.gateway.events.on(({ type }) => changes.push(type)));
    await served.api.runtimes.refresh();
    expect(changes).toContain("runtimes.changed");
    await until(read, ({ status }) => status.state === "ready");
  });
});

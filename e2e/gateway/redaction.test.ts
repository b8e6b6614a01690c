/** A server that tells its secret: it is shown and logged nowhere, and what surrounds it is. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRedactor } from "@local-mcp/gateway";
import { expect, test } from "vitest";
import { CLI } from "../command-line.ts";
import { afterTest, call, fixtureFile } from "../fixtures/test-support.ts";
import { serve, startGateway, until } from "./test-gateway.ts";

const SECRET = 'otter "zwölf" & 4711-canary/99';
const KEY = "the-key-of-the-vault-5d2e81f0";

/** Any of these in a text gives it away. */
const TRACES = [
  "4711-canary",
  encodeURIComponent(SECRET),
  Buffer.from(SECRET).toString("hex"),
  // However it stands within what is encoded.
  ...["", "x", "xy"].map((before) =>
    Buffer.from(`${before}${SECRET}`).toString("base64").slice(8, -8),
  ),
  KEY,
];

const tracesIn = (text: string): string[] => TRACES.filter((trace) => text.includes(trace));

const telltale = (file: string) => ({
  transport: "stdio" as const,
  command: process.execPath,
  args: [fixtureFile("telltale-stdio.ts"), file],
  env: { TELLTALE: { value: SECRET } },
});

const temporary = (): string => {
  const directory = mkdtempSync(join(tmpdir(), "redaction-"));
  afterTest(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
};

test("in no output, status, error, or line of the log", async () => {
  const directory = temporary();
  const { api, client, log } = await serve(
    { tells: telltale(join(directory, "died")) },
    { gateway: { env: { AUTH_ENCRYPTION_SECRET: KEY } } },
  );
  await until(
    () => client.request("tools/list"),
    (result) => JSON.stringify(result).includes("echo"),
  );
  const started = await api.servers.output({ server: "tells" });
  expect(started.lines).toContain("starting with [removed: secret]");
  expect(started.lines.join("\n")).toMatch(/"AUTH_ENCRYPTION_SECRET"|"TELLTALE":"\[removed/);

  const died = await client.request("tools/call", call("echo", { message: "x" }));
  const failed = await until(
    () => api.servers.get({ server: "tells" }),
    ({ status }) => status.reason?.code === "not_mcp",
  );
  expect(failed.status.reason?.message).toContain("“connected as [removed: secret]”");
  const refused = await client.request("tools/call", call("echo", { message: "x" }));
  expect(JSON.stringify(refused)).toContain("connected as [removed: secret]");
  const output = await api.servers.output({ server: "tells" });
  expect(output.garbage).toEqual({ lines: 1, last: "connected as [removed: secret]" });
  expect(output.lines).toContain("stdout: connected as [removed: secret]");
  expect(log.join("\n")).toContain("[removed: secret]");

  const shown = [
    started,
    died,
    failed,
    refused,
    output,
    await api.servers.activity({ server: "tells" }),
    await api.status.get(),
    await api.status.doctor(),
    await api.servers.test({ server: "tells" }),
    log,
  ];
  expect(tracesIn(JSON.stringify(shown))).toEqual([]);
});

test("nor are the gateway's own, and those that a person gives it", async () => {
  const redactor = createRedactor();
  const own = {
    AUTH_ENCRYPTION_SECRET: "zebra of the environment",
    MCPGATEWAY_BEARER_TOKEN: "zebra-token-of-an-admin",
    BASIC_AUTH_USER: "ada",
    BASIC_AUTH_PASSWORD: "zebra of the basic kind",
    JWT_SECRET_KEY: "zebra that signs and is as long as it has to be",
  };
  const { api } = await startGateway({ redactor, env: own });
  const passphrase = "zebra of a person";
  await api.vault.init({ passphrase });
  const { recoveryKey } = await api.vault.addRecoveryKey({});
  const { BASIC_AUTH_USER: _, ...secrets } = own;
  for (const secret of [...Object.values(secrets), passphrase, recoveryKey]) {
    expect(redactor.text(`[${secret}]`)).toBe("[[removed: secret]]");
  }
});

test("nor in what serve prints", async () => {
  const directory = temporary();
  const env = { AUTH_ENCRYPTION_SECRET: KEY };
  const { api, gateway, dataDir } = await startGateway({ root: directory, env });
  const died = join(directory, "died");
  writeFileSync(died, "");
  await api.servers.create({ name: "tells", config: telltale(died), confirmed: true });
  await gateway.close();

  const child = spawn(process.execPath, [CLI, "serve", "--port", "0", "--data-dir", dataDir], {
    env: { PATH: process.env["PATH"], HOME: directory, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  afterTest(() => child.kill("SIGKILL"));
  let said = "";
  child.stdout.on("data", (bytes: Buffer) => (said += bytes.toString("utf8")));
  child.stderr.on("data", (bytes: Buffer) => (said += bytes.toString("utf8")));
  await until(
    () => said,
    (text) => text.includes("connected as [removed: secret]"),
  );
  child.kill("SIGTERM");
  await once(child, "close");
  expect(tracesIn(said)).toEqual([]);
});

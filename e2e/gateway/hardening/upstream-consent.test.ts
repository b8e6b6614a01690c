import { existsSync } from "node:fs";
import { join } from "node:path";
import type { ServerUpdate } from "@local-mcp/contract";
import { expect, it } from "vitest";
import { call, names } from "../../fixtures/test-support.ts";
import { fixture, serve, startGateway, until } from "../test-gateway.ts";

const CHANGES: [string, ServerUpdate, boolean][] = [
  ["another command", { command: "sh", args: ["-c", "true"] }, false],
  ["an argument more", { args: ["--more"] }, false],
  ["another folder", { cwd: "/" }, false],
  ["a variable more", { env: { MORE: { value: "1", plain: true } } }, false],
  ["a variable less", { env: { LEVEL: null } }, false],
  ["where programs are looked for", { env: { PATH: { value: "/x", plain: true } } }, false],
  ["what is loaded first", { env: { NODE_OPTIONS: { value: "-r /x", plain: true } } }, false],
  ["another value of an ordinary one", { env: { LEVEL: { value: "2", plain: true } } }, true],
  ["another name for people", { title: "Other" }, true],
];

it("N-13: a command that was agreed to and then changed has to be agreed to again", async () => {
  const { api } = await startGateway();
  const env = {
    LEVEL: { value: "1", plain: true },
    PATH: { value: process.env.PATH ?? "", plain: true },
    NODE_OPTIONS: { value: "", plain: true },
  };
  const config = { ...fixture("--name", "one"), env };
  for (const [what, changes, stays] of CHANGES) {
    await api.servers.create({ name: "one", config, confirmed: true, enabled: false });
    const { server } = await api.servers.update({ server: "one", changes });
    expect([what, server.confirmed]).toEqual([what, stays]);
    await api.servers.remove({ server: "one" });
  }
});

it("N-13: what it has become is not started by a call, a test or a restart", async () => {
  const { api, client, root } = await serve({ one: fixture("--name", "one") });
  await until(
    () => client.request("tools/list"),
    (list) => names(list).includes("echo"),
  );
  const mark = join(root, "started");
  const script = `require("node:fs").writeFileSync(${JSON.stringify(mark)}, "")`;
  await api.servers.update({ server: "one", changes: { args: ["-e", script] } });
  await client.request("tools/call", call("echo", { message: "x" })).catch(String);
  expect((await api.servers.test({ server: "one" })).ok).toBe(false);
  await expect(api.servers.restart({ server: "one" })).rejects.toThrow(/cannot answer/);
  expect((await api.servers.get({ server: "one" })).status.state).toBe("unconfirmed");
  expect([existsSync(mark), await api.servers.usage()]).toEqual([false, []]);
});

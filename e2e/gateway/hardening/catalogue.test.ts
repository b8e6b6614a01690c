/** What the gateway offers itself, and a token that may change the configuration but start nothing. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { afterTest } from "../../fixtures/test-support.ts";
import { api as restApi, echo, KEY } from "../tools-stage.ts";
import { bearer, startStage } from "./stage.ts";

/** Asks as somebody with these rights, under `/api` or in the words of the seeds. */
async function stageOf(...rights: ("use" | "manage" | "processes")[]) {
  const stage = await startStage({ env: KEY });
  afterTest(() => stage.close());
  const { token } = await stage.api.tokens.create({ name: "somebody", rights });
  const send = async (method: string, path: string, body: unknown): Promise<string> => {
    const headers = { "content-type": "application/json", ...bearer(token) };
    const response = await fetch(stage.url + path, { method, headers, body: JSON.stringify(body) });
    return `${response.status} ${await response.text()}`;
  };
  return { ...stage, send };
}

const NEEDS_PROCESSES = /^403 .*token_lacks_right.*processes/;

describe("a token without the right to processes", () => {
  it("moves no stored secret of a tool to another origin", async () => {
    const { api, send } = await stageOf("use", "manage");
    const [own, evil] = [await restApi(echo), await restApi(echo)];
    await api.tools.create({
      name: "it",
      url: own.url,
      allowPrivateNetwork: true,
      headers: { "x-key": { value: "canary-of-a-tool-4711" } },
    });
    await api.tools.create({
      name: "outside",
      url: "https://api.example.com/",
      auth: { type: "bearer", token: "canary-of-a-tool-4712" },
    });
    const elsewhere = { url: "https://evil.example.com/" };
    expect(await send("PATCH", "/api/tools/outside", { changes: elsewhere })).toMatch(
      /^409 .*would_move/,
    );
    const kept = { ...elsewhere, keepSecrets: true };
    expect(await send("PATCH", "/api/tools/outside", { changes: kept })).toMatch(NEEDS_PROCESSES);
    const moved = { url: evil.url };
    const changes = { ...moved, keepSecrets: true };
    expect(await send("PATCH", "/api/tools/it", { changes })).toMatch(NEEDS_PROCESSES);
    const words = { ...moved, keep_secrets: true };
    expect(await send("PATCH", "/tools/it", words)).toMatch(NEEDS_PROCESSES);
    expect(await send("PUT", "/tools/it", { name: "it", ...words })).toMatch(NEEDS_PROCESSES);
    await send("POST", "/api/tools/it/test", {});
    expect([own.asked.length, evil.asked.length]).toEqual([1, 0]);
  });

  it("has no tool say anything to a program of this computer", async () => {
    const { api, send } = await stageOf("use", "manage");
    const inside = await restApi(echo);
    const wanted = { url: inside.url, allowPrivateNetwork: true };
    expect(await send("POST", "/api/tools", { name: "mine", ...wanted })).toMatch(NEEDS_PROCESSES);
    const document = { openapi: "3.1.0", info: { title: "x", version: "1" }, paths: {} };
    const imported = { text: JSON.stringify(document), allowPrivateNetwork: true };
    expect(await send("POST", "/api/openapi/import", imported)).toMatch(NEEDS_PROCESSES);
    await api.tools.create({ name: "theirs", ...wanted });
    await api.tools.create({ name: "outside", url: "https://api.example.com/" });
    const refused = await Promise.all([
      send("PATCH", "/api/tools/outside", { changes: wanted }),
      send("PATCH", "/api/tools/theirs", { changes: { url: `${inside.url}/start` } }),
      send("PATCH", "/api/tools/theirs", { changes: { method: "POST" } }),
      send("PATCH", "/api/tools/theirs", { changes: { body: { type: "json", whole: "it" } } }),
    ]);
    expect(refused.filter((answer) => !NEEDS_PROCESSES.test(answer))).toEqual([]);
    const plain = { changes: { description: "Theirs", tags: ["inside"] } };
    expect(await send("PATCH", "/api/tools/theirs", plain)).toMatch(/^200/);
  });

  it("opens no folder that was shut, and gives away no more of one", async () => {
    const { api, send } = await stageOf("use", "manage");
    const folder = mkdtempSync(join(tmpdir(), "given-"));
    afterTest(() => rmSync(folder, { recursive: true, force: true }));
    writeFileSync(join(folder, "a.txt"), "a");
    const root = await api.roots.create({ uri: pathToFileURL(folder).href, enabled: false });
    const content = { kind: "file" as const, root: root.id, path: "{name}" };
    const made = await api.resources.create({ uri: "f://{name}", content, enabled: false });
    const refused = await Promise.all([
      send("PATCH", `/api/roots/${root.id}`, { changes: { enabled: true } }),
      send("PATCH", `/roots/${root.id}`, { enabled: true }),
      send("POST", `/roots/${root.id}/state?activate=true`, {}),
      send("PATCH", `/api/resources/${made.id}`, { changes: { enabled: true } }),
      send("PATCH", `/api/resources/${made.id}`, { changes: { uri: "f://{+name}" } }),
      send("POST", `/resources/${made.id}/state?activate=true`, {}),
      send("PATCH", `/resources/${made.id}`, { uri: "f://{+name}" }),
    ]);
    for (const answer of refused) expect(answer).toMatch(NEEDS_PROCESSES);
    const allowed = { changes: { tags: ["x"], enabled: false } };
    expect(await send("PATCH", `/api/roots/${root.id}`, allowed)).toMatch(/^200 /);
    expect(await send("PATCH", `/api/resources/${made.id}`, allowed)).toMatch(/^200 /);
  });
});

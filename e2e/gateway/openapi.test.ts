/** The API description of a real service becomes tools, which clients that are not ours call. */
import { readFileSync } from "node:fs";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { describe, expect, it } from "vitest";
import { startGitea } from "../fixtures/openapi/gitea.ts";
import { RawClient } from "../fixtures/raw-client.ts";
import { afterTest } from "../fixtures/test-support.ts";
import { serve } from "./test-gateway.ts";

const GITEA = readFileSync(new URL("../fixtures/openapi/gitea.json", import.meta.url), "utf8");
const WHO = { owner: "ada", repo: "weather map" };
const env = { AUTH_ENCRYPTION_SECRET: "a secret of the tests, long enough" };

async function stage() {
  const gitea = await startGitea();
  afterTest(() => gitea.close());
  const started = await serve({}, { gateway: { env } });
  const access = {
    baseUrl: gitea.url,
    allowPrivateNetwork: true,
    headers: { Authorization: { value: `token ${gitea.token}`, plain: false } },
    profiles: ["dev"],
  };
  return { ...started, gitea, access };
}

async function sdkClient({ url, token }: { url: string; token: string }): Promise<Client> {
  const client = new Client({ name: "openapi-test", version: "1.0.0" });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(
    new StreamableHTTPClientTransport(new URL(`${url}/mcp/dev`), { requestInit }),
  );
  afterTest(() => client.close());
  return client;
}

const textOf = (result: unknown): string => JSON.stringify(result);

describe("Gitea's OpenAPI document", { timeout: 60_000 }, () => {
  it("is read whole, and says what of it is no tool", async () => {
    const { api } = await stage();
    const view = await api.tools.readOpenApi({ text: GITEA });
    expect(view).toMatchObject({ title: "Gitea API.", servers: ["/api/v1"] });
    expect(view.operations).toHaveLength(346);
    expect(view.operations.filter(({ problem }) => problem !== null).map(({ key }) => key)).toEqual(
      [
        "POST /repos/{owner}/{repo}/issues/comments/{id}/assets",
        "POST /repos/{owner}/{repo}/issues/{index}/assets",
        "POST /repos/{owner}/{repo}/releases/{id}/assets",
      ],
    );
    await expect(api.tools.importOpenApi({ text: GITEA })).rejects.toMatchObject({
      message: expect.stringContaining("baseUrl"),
    });
    expect(await api.tools.list()).toEqual([]);
  });

  it("becomes tools that a client of the SDK lists and calls", async () => {
    const { api, gitea, access, ...at } = await stage();
    const chosen = [
      "GET /version",
      "GET /repos/{owner}/{repo}/issues",
      "POST /repos/{owner}/{repo}/issues",
      "DELETE /repos/{owner}/{repo}/labels/{id}",
      "POST /markdown/raw",
    ];
    const operations = chosen.map((key) => ({ key }));
    const made = await api.tools.importOpenApi({ ...access, text: GITEA, operations });
    expect(made.tools.map(({ name }) => name)).toEqual([
      "getVersion",
      "issueListIssues",
      "issueCreateIssue",
      "issueDeleteLabel",
      "renderMarkdownRaw",
    ]);
    expect(JSON.stringify(made)).not.toContain(gitea.token);

    const client = await sdkClient(at);
    const call = (name: string, args: Record<string, unknown>) =>
      client.callTool({ name, arguments: args });
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name).toSorted()).toEqual(
      made.tools.map(({ name }) => name).toSorted(),
    );
    expect((await call("getVersion", {})).structuredContent).toEqual({ version: "1.20.0" });
    const issue = { title: "Snow", body: "In May." };
    expect((await call("issueCreateIssue", { ...WHO, ...issue })).structuredContent).toMatchObject({
      ...issue,
      number: 2,
    });
    const open = await call("issueListIssues", { ...WHO, state: "open" });
    expect(textOf(open.content)).toContain("Snow");
    expect(textOf(open.content)).not.toContain("It rains");
    expect((await call("issueDeleteLabel", { ...WHO, id: 7 })).isError).toBeFalsy();
    expect(textOf(await call("renderMarkdownRaw", { body: "A *b*" }))).toContain("<p>A *b*</p>");
    const missing = await call("issueListIssues", { owner: "ada", repo: "no/../where" });
    expect(missing).toMatchObject({ isError: true });
    expect(textOf(missing)).toContain("404");
    expect(gitea.asked).toEqual([
      "GET /api/v1/version",
      "POST /api/v1/repos/ada/weather%20map/issues",
      "GET /api/v1/repos/ada/weather%20map/issues?state=open",
      "DELETE /api/v1/repos/ada/weather%20map/labels/7",
      "POST /api/v1/markdown/raw",
      "GET /api/v1/repos/ada/no%2F..%2Fwhere/issues",
    ]);
  });

  it("becomes tools for a modern client, which is told what an argument has to be", async () => {
    const { api, gitea, access, url, token } = await stage();
    const operations = [{ key: "GET /repos/{owner}/{repo}/issues", name: "issues" }];
    await api.tools.importOpenApi({ ...access, text: GITEA, operations });
    const client = new RawClient(
      "modern",
      { url: `${url}/mcp/dev`, token },
      { info: { name: "raw", version: "1" }, capabilities: {} },
    );
    await client.open();
    const call = (args: Record<string, unknown>) =>
      client.request("tools/call", { name: "issues", arguments: args });
    const good = await call({ ...WHO, state: "all" });
    expect(textOf(good.answer.result)).toContain("It rains");
    const bad = await call({ ...WHO, state: "melting" });
    expect(textOf(bad.answer)).toContain("state");
    expect(gitea.asked).toHaveLength(1);
  });

  it("becomes all the tools that it can, and every client can use their schemas", async () => {
    const { api, access, ...at } = await stage();
    const made = await api.tools.importOpenApi({ ...access, text: GITEA });
    expect(made.skipped).toHaveLength(3);
    expect(made.tools).toHaveLength(343);
    const client = await sdkClient(at);
    // The client compiles each schema of an answer, and throws for one that it cannot use.
    const { tools } = await client.listTools();
    expect(tools).toHaveLength(343);
  });

  it("makes no tool at all where one of them cannot be made", async () => {
    const { api, access } = await stage();
    const operations = [{ key: "GET /version" }, { key: "POST /markdown/raw", name: "getVersion" }];
    const both = api.tools.importOpenApi({ ...access, text: GITEA, operations });
    await expect(both).rejects.toMatchObject({ code: "NAME_TAKEN" });
    const metadata = api.tools.importOpenApi({
      ...access,
      text: GITEA,
      baseUrl: "http://169.254.169.254/api/v1",
    });
    await expect(metadata).rejects.toMatchObject({ code: "TOOL_ADDRESS_BLOCKED" });
    expect(await api.tools.list()).toEqual([]);
  });
});

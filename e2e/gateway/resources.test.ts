import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Gateway } from "@local-mcp/gateway";
import { describe, expect, it } from "vitest";
import { eventsOf, parse } from "../fixtures/conformance/modern-client.ts";
import type { Message } from "../fixtures/json-rpc.ts";
import { names } from "../fixtures/test-support.ts";
import { clientsOf, serveEra } from "./era-gateway.ts";
import { listenTo } from "./raw-http.ts";
import { serve, startGateway, until } from "./test-gateway.ts";

type NewResource = Parameters<Gateway["api"]["resources"]["create"]>[0];

const note = (more: Partial<NewResource> = {}): NewResource => ({
  uri: "notes://today",
  content: { kind: "text", text: "first" },
  profiles: ["dev"],
  ...more,
});
const isUpdate = ({ method }: Message) => method === "notifications/resources/updated";
const updated = (uri: string) => ({ method: "notifications/resources/updated", params: { uri } });

/** A gateway without servers, and clients of both eras. */
async function served() {
  const started = await serve({});
  return { ...started, ...clientsOf(started) };
}

describe("the gateway's own resources", () => {
  it("reach clients of both eras as a server's do", async () => {
    const { api, client, modern } = await served();
    await api.resources.create(note({ title: "Today" }));
    await api.resources.create(
      note({
        uri: "img://dot",
        content: { kind: "binary", base64: "AAEC" },
        mimeType: "image/x-dot",
      }),
    );
    await api.resources.create(
      note({ uri: "greet://{name}", content: { kind: "text", text: "Hello {{ name }}" } }),
    );
    const shown = [
      { uri: "notes://today", name: "today", title: "Today", mimeType: "text/plain", size: 5 },
      { uri: "img://dot", name: "dot", mimeType: "image/x-dot", size: 3 },
    ];
    expect(await client.request("resources/list")).toEqual({ resources: shown });
    expect((await modern("resources/list")).result).toMatchObject({ resources: shown });
    const templates = [{ uriTemplate: "greet://{name}", name: "name", mimeType: "text/plain" }];
    expect(await client.request("resources/templates/list")).toEqual({
      resourceTemplates: templates,
    });
    const read = { uri: "greet://you", mimeType: "text/plain", text: "Hello you" };
    expect(await client.request("resources/read", { uri: "greet://you" })).toEqual({
      contents: [read],
    });
    expect((await modern("resources/read", { uri: "greet://you" })).result).toMatchObject({
      resultType: "complete",
      contents: [read],
    });
    const missing = client.request("resources/read", { uri: "notes://none" });
    await expect(missing).rejects.toMatchObject({ code: -32002 });
    expect((await modern("resources/read", { uri: "notes://none" })).error?.code).toBe(-32602);
  });

  it("are in a list only while they are on and in the profile, and clients hear of that", async () => {
    const { api, client, token } = await served();
    const stream = await listenTo(client, { authorization: `Bearer ${token}` });
    const told = (count: number) =>
      until(
        () =>
          stream.messages.filter(({ method }) => method === "notifications/resources/list_changed"),
        ({ length }) => length >= count,
      );
    const listed = async () => names(await client.request("resources/list"), "resources");
    await api.resources.create(note());
    await told(1);
    expect(await listed()).toEqual(["today"]);
    await api.resources.update({ resource: "notes://today", changes: { enabled: false } });
    await told(2);
    expect(await listed()).toEqual([]);
    const read = client.request("resources/read", { uri: "notes://today" });
    await expect(read).rejects.toMatchObject({ code: -32002 });
    await api.resources.update({ resource: "notes://today", changes: { enabled: true } });
    await told(3);
    await api.profiles.update({ profile: "dev", changes: { resources: [] } });
    await told(4);
    expect(await listed()).toEqual([]);
  });

  it("tell a subscriber of either era of a change, of a file too", async () => {
    const { api, client, token, open, root } = await served();
    const folder = join(root, "folder");
    await mkdir(folder);
    await writeFile(join(folder, "a.md"), "1");
    await api.roots.create({ uri: pathToFileURL(folder).href });
    await api.resources.create(note());
    await api.resources.create(
      note({
        uri: "docs://{name}",
        content: { kind: "file", root: pathToFileURL(folder).href, path: "{name}.md" },
      }),
    );
    const stream = await listenTo(client, { authorization: `Bearer ${token}` });
    const uris = ["notes://today", "docs://a"];
    for (const uri of uris) await client.request("resources/subscribe", { uri });
    const listening = await open(
      "subscriptions/listen",
      { notifications: { resourceSubscriptions: uris } },
      { id: "listen" },
    );
    const events = eventsOf(listening, 3);
    const heard = (count: number) =>
      until(
        () => stream.messages.filter(isUpdate),
        ({ length }) => length >= count,
      );
    await api.resources.update({
      resource: "notes://today",
      changes: { content: { kind: "text", text: "second" } },
    });
    expect(await heard(1)).toMatchObject([updated("notes://today")]);
    await writeFile(join(folder, "a.tmp"), "22");
    await rename(join(folder, "a.tmp"), join(folder, "a.md"));
    expect((await heard(2)).at(-1)).toMatchObject(updated("docs://a"));
    expect((await events).map(({ data }) => parse(data))).toMatchObject([
      { method: "notifications/subscriptions/acknowledged" },
      updated("notes://today"),
      updated("docs://a"),
    ]);
    expect(await client.request("resources/read", { uri: "docs://a" })).toMatchObject({
      contents: [{ text: "22" }],
    });
    await client.request("resources/unsubscribe", { uri: "notes://today" });
    await api.resources.update({ resource: "notes://today", changes: { mimeType: "text/html" } });
    await writeFile(join(folder, "a.md"), "333");
    expect((await heard(3)).at(-1)).toMatchObject(updated("docs://a"));
  });

  it("tell it after a restart of the gateway to a session that knows nothing of one", async () => {
    const first = await served();
    await first.api.resources.create(note());
    const { client, token } = first;
    await client.request("resources/subscribe", { uri: "notes://today" });
    const port = Number(new URL(first.url).port);
    await first.gateway.close();
    const { gateway, api } = await startGateway({ root: first.root, settings: { port } });
    await gateway.listen();
    // While the client is away.
    await api.resources.update({
      resource: "notes://today",
      changes: { content: { kind: "text", text: "second" } },
    });
    // It may hold connections of the gateway that is gone.
    const stream = await until(
      () => listenTo(client, { authorization: `Bearer ${token}` }).catch(() => null),
      (opened) => opened !== null,
    );
    const heard = await until(
      () => stream?.messages.filter(isUpdate) ?? [],
      ({ length }) => length > 0,
    );
    expect(heard[0]).toMatchObject(updated("notes://today"));
  });
});

it("a server's resource under the same URI is read beside the gateway's own", async () => {
  const { api, client } = await serveEra("legacy");
  await api.resources.create(note({ uri: "test://static-text", name: "ours" }));
  const uris = await until(
    () => client.request("resources/list"),
    (list) => names(list, "resources").includes("ours"),
  );
  expect(JSON.stringify(uris)).toContain('"uri":"gw+');
  const read = await client.request("resources/read", { uri: "test://static-text" });
  expect(JSON.stringify(read)).not.toContain('"text":"first"');
});

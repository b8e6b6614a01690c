import { describe, expect, it } from "vitest";
import { z } from "zod";
import { overHttp, refusal } from "./over-http.ts";

const SECRET = "s3cret-Of-A-Test-0123456789";

const entities = z.array(z.looseObject({ id: z.string(), name: z.string().nullable() }));

/** Each kind: what makes one, and what of it changes how. */
const KINDS = [
  {
    kind: "tools",
    made: {
      name: "weather_api",
      url: "https://api.example.com/v1/{city}",
      integration_type: "REST",
      request_type: "GET",
      auth_type: "bearer",
      auth_token: SECRET,
      headers: { Accept: "application/json" },
      plain_headers: ["Accept"],
      jsonpath_filter: "$.days[*].high",
      timeout: 5,
      tags: ["weather", { id: "api", label: "api" }],
    },
    read: {
      integration_type: "REST",
      request_type: "GET",
      auth_type: "bearer",
      auth_value: "*****",
      headers: { Accept: "application/json" },
      jsonpath_filter: "$.days[*].high",
      response_filter: "days[*].high",
      timeout_ms: 5000,
      tags: ["weather", "api"],
      is_active: true,
    },
    put: { name: "weather_api", url: "https://api.example.com/v2/{city}" },
    afterPut: {
      url: "https://api.example.com/v2/{city}",
      auth_type: "bearer",
      auth_value: "*****",
      headers: {},
      response_filter: null,
      timeout_ms: null,
      tags: [],
    },
  },
  {
    kind: "prompts",
    made: {
      name: "greet",
      template: "Hello {{ who }}",
      arguments: [{ name: "who", required: true }],
      tags: ["polite"],
    },
    read: { template: "Hello {{ who }}", tags: ["polite"], displayName: null },
    put: { name: "greet", template: "Good day" },
    afterPut: { template: "Good day", arguments: [], tags: [] },
  },
  {
    kind: "resources",
    made: { uri: "notes://one", name: "One", content: "# One", mime_type: "text/markdown" },
    read: { uri: "notes://one", content: "# One", blob: null, size: 5, uri_template: null },
    put: { uri: "notes://one", blob: "AAEC" },
    afterPut: { content: null, blob: "AAEC", size: 3, name: "One" },
  },
  {
    kind: "roots",
    made: { uri: "https://example.com/a%20b/", name: "Away", tags: ["web"] },
    read: { uri: "https://example.com/a%20b/", name: "Away", tags: ["web"] },
    put: { uri: "https://example.com/a%20b/" },
    afterPut: { name: null, tags: [] },
  },
  {
    kind: "servers",
    made: { name: "AI Tools Server", description: "of a team", tags: ["prod"] },
    read: { slug: "ai-tools-server", tool_ids: [], capabilities: expect.any(Object) },
    put: { name: "AI Tools" },
    afterPut: { name: "AI Tools", slug: "ai-tools-server", description: "", tags: [] },
  },
  {
    kind: "gateways",
    made: {
      name: "Production East",
      url: "https://east.example.com:4444/mcp",
      transport: "STREAMABLEHTTP",
      auth_type: "basic",
      auth_username: "ada",
      auth_password: SECRET,
      enabled: false,
      tags: ["east"],
    },
    read: {
      slug: "production-east",
      transport: "STREAMABLEHTTP",
      auth_type: "basic",
      auth_value: "*****",
      is_active: false,
    },
    put: { name: "Production East", description: "renewed" },
    afterPut: { auth_type: "basic", description: "renewed", tags: [], enabled: false },
  },
] as const;

describe("the REST of the seeds", () => {
  it.each(KINDS)("makes, reads, changes and removes $kind", async ({ kind, ...one }) => {
    const { ask, api } = await overHttp();
    const made = await ask("POST", `/${kind}`, one.made);
    expect(made).toMatchObject({ status: 201, body: { id: expect.any(String) } });
    const { id } = z.object({ id: z.string() }).parse(made.body);

    const read = await ask("GET", `/${kind}/${id}`);
    expect(read).toMatchObject({ status: 200, body: one.read });
    const name = "uri" in one.made ? one.made.uri : one.made.name;
    expect((await ask("GET", `/${kind}/${encodeURIComponent(name)}`)).body).toEqual(read.body);
    expect(JSON.stringify(read.body)).not.toContain(SECRET);
    const ours =
      await api[kind === "servers" ? "profiles" : kind === "gateways" ? "servers" : kind].list();
    expect(ours.map((each) => each.id)).toContain(id);

    const listed = await ask("GET", `/${kind}?include_inactive=true`);
    expect(entities.parse(listed.body).map((each) => each.id)).toContain(id);

    const put = await ask("PUT", `/${kind}/${id}`, one.put);
    expect(put).toMatchObject({ status: 200 });
    const after = await ask("GET", `/${kind}/${id}`);
    expect(after.body).toMatchObject(one.afterPut);

    const patch = await ask("PATCH", `/${kind}/${id}`, { tags: ["late"] });
    expect(patch).toMatchObject({ status: 200 });
    expect((await ask("GET", `/${kind}/${id}`)).body).toMatchObject({
      ...one.afterPut,
      tags: ["late"],
    });

    const off = await ask("POST", `/${kind}/${id}/state?activate=false`);
    expect(off).toMatchObject({
      status: 200,
      body: { status: "success", [kind.slice(0, -1)]: { enabled: false, is_active: false } },
    });
    expect(
      entities.parse((await ask("GET", `/${kind}`)).body).map((each) => each.id),
    ).not.toContain(id);
    await ask("POST", `/${kind}/${id}/toggle?activate=true`);
    expect((await ask("GET", `/${kind}?tags=none,late`)).body).toMatchObject([
      { id, enabled: true },
    ]);
    expect((await ask("GET", `/${kind}?tags=none`)).body).toEqual([]);

    expect(await ask("DELETE", `/${kind}/${id}`)).toMatchObject({
      status: 200,
      body: { status: "success" },
    });
    expect(await ask("GET", `/${kind}/${id}`)).toMatchObject({ status: 404 });
  });

  it("says what is wrong by status, field and way out, and stores nothing of it", async () => {
    const { ask, api } = await overHttp();
    const root = { uri: "https://example.com/" };
    expect(await ask("POST", "/roots", { uri: "ftp://x" })).toMatchObject(
      refusal(422, "validation_failed", /^uri: A root begins with/),
    );
    expect(await ask("POST", "/roots", { ...root, nmae: "typing error" })).toMatchObject(
      refusal(422, "validation_failed", /^nmae: There is no such field here/),
    );
    expect(await ask("POST", "/roots", "{")).toMatchObject(
      refusal(400, "malformed_json", /not JSON/),
    );
    expect(await ask("POST", "/servers", { name: "Dev", tool_ids: ["none"] })).toMatchObject(
      refusal(404, "local_not_found", /none/),
    );
    expect(await ask("GET", "/roots?limit=-1")).toMatchObject(
      refusal(422, "validation_failed", /^limit: /),
    );
    expect(await ask("GET", "/roots?include_inactive=yes")).toMatchObject(
      refusal(422, "validation_failed", /^include_inactive: /),
    );
    expect([await api.roots.list(), await api.profiles.list()]).toEqual([[], []]);

    await ask("POST", "/roots", root);
    expect(await ask("POST", "/roots", root)).toMatchObject(refusal(409, "name_taken", /exists/));
    expect(await ask("GET", "/roots/nothing")).toMatchObject(
      refusal(404, "local_not_found", /nothing/),
    );
    const { status, headers } = await ask("POST", "/roots/nothing");
    expect([status, headers.get("allow")]).toEqual([405, "GET, HEAD, PUT, PATCH, DELETE"]);
    expect((await ask("DELETE", "/roots")).headers.get("allow")).toBe("GET, HEAD, POST");
    expect(await ask("GET", "/rootsy")).toMatchObject(refusal(404, "route_not_found", /rootsy/));
    expect(await ask("HEAD", "/roots")).toMatchObject({ status: 200, body: null });
  });

  it("takes no mask for a secret, and keeps the secret that is left out", async () => {
    const { ask, url } = await overHttp();
    const name = "weather";
    const one = { name, url: "https://api.example.com/", auth_type: "bearer" };
    await ask("POST", "/tools", { ...one, auth_token: SECRET });
    const { body } = await ask("GET", `/tools/${name}`);
    expect(await ask("PUT", `/tools/${name}`, body)).toMatchObject(
      refusal(422, "validation_failed", /^auth_value: .*Leave the field out to keep/),
    );
    const { auth_value: _, ...rest } = z.looseObject({ auth_value: z.string() }).parse(body);
    const put = await ask("PUT", `/tools/${name}`, rest);
    expect(put).toMatchObject({ status: 200, body: { auth_type: "bearer", auth_value: "*****" } });
    const hint = z.object({ auth: z.object({ token: z.unknown() }) });
    const shown = hint.parse((await ask("GET", `/api/tools/${name}`)).body);
    expect(shown.auth.token).toEqual({ set: true, hint: SECRET.slice(-4) });
    // Whoever may write a URL could read the secret there.
    expect(await ask("PATCH", `/tools/${name}`, { url: `${url}/` })).toMatchObject({ status: 409 });
  });

  it("turns pages over what is on", async () => {
    const { ask, api } = await overHttp();
    for (const letter of ["a", "b", "c", "d"]) {
      await api.roots.create({ uri: `https://${letter}.example.com/`, enabled: letter !== "b" });
    }
    const page = z.object({
      roots: z.array(z.object({ uri: z.string() })),
      nextCursor: z.string().nullable(),
    });
    const uris = (body: unknown) => page.parse(body).roots.map(({ uri }) => uri.slice(8, 9));
    const first = (await ask("GET", "/roots?include_pagination=true&limit=2")).body;
    expect(uris(first)).toEqual(["a", "c"]);
    const { nextCursor } = page.parse(first);
    const second = (await ask("GET", `/roots?cursor=${nextCursor}&limit=2`)).body;
    expect([uris(second), page.parse(second).nextCursor]).toEqual([["d"], null]);
    expect(uris((await ask("GET", "/roots?cursor=&include_inactive=true")).body)).toEqual([
      "a",
      "b",
      "c",
      "d",
    ]);
    expect(await ask("GET", "/roots?cursor=gone")).toMatchObject(
      refusal(422, "validation_failed", /^cursor: /),
    );
    expect(entities.parse((await ask("GET", "/roots?limit=1")).body)).toHaveLength(1);
    expect(entities.parse((await ask("GET", "/roots/")).body)).toHaveLength(3);
    expect(await ask("GET", "/roots/https://a.example.com/")).toMatchObject({ status: 200 });
  });

  it("is for those who may do the same at /api, and is recorded as that is", async () => {
    const { ask, api, url } = await overHttp();
    expect(await ask("GET", "/tools", undefined, "nobody")).toMatchObject({ status: 401 });
    expect((await fetch(`${url}/tools`)).status).toBe(401);
    const manager = await api.tokens.create({ name: "manager", rights: ["manage"], profile: null });
    const user = await api.tokens.create({ name: "user", rights: ["use"], profile: null });
    expect(await ask("GET", "/tools", undefined, user.token)).toMatchObject(
      refusal(403, "token_lacks_right", /manage/),
    );
    const command = { name: "local", command: process.execPath };
    expect(await ask("POST", "/gateways", command, manager.token)).toMatchObject(
      refusal(403, "token_lacks_right", /processes/),
    );
    const folder = { uri: "file:///home/ada" };
    expect(await ask("POST", "/roots", folder, manager.token)).toMatchObject({ status: 403 });
    await ask("POST", "/roots", { uri: "https://example.com/" }, manager.token);
    const { entries } = await api.audit.list({ action: "root.create" });
    expect(entries.map(({ actor, outcome }) => [actor.name, outcome])).toEqual([
      ["manager", "ok"],
      ["manager", "failed"],
    ]);
  });

  it("does not start the command that a script brings", async () => {
    const { ask } = await overHttp();
    const made = await ask("POST", "/gateways", { name: "Local", command: process.execPath });
    expect(made).toMatchObject({
      status: 201,
      body: { transport: "STDIO", confirmed: false, reachable: false, url: null },
    });
  });

  it("is described where the API is", async () => {
    const { ask } = await overHttp();
    const { body } = await ask("GET", "/openapi.json");
    const { paths } = z.object({ paths: z.record(z.string(), z.looseObject({})) }).parse(body);
    for (const { kind } of KINDS) {
      expect(Object.keys(paths[`/${kind}`] ?? {})).toEqual(["get", "post"]);
      expect(paths[`/${kind}/{which}`]).toMatchObject({ put: {}, patch: {}, delete: {} });
      expect(paths[`/${kind}/{which}/state`]).toMatchObject({ post: {} });
    }
    expect(paths["/tools"]).toMatchObject({
      post: {
        requestBody: {
          content: {
            "application/json": {
              schema: { required: ["name", "url"], properties: { integration_type: {} } },
            },
          },
        },
      },
    });
    expect(paths).toHaveProperty(["/api/tools"]);
  });
});

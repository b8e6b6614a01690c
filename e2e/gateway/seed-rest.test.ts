import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { fixture, startGateway } from "./test-gateway.ts";

const SECRET = "s3cret-Of-A-Test-0123456789";

interface Answer {
  status: number;
  headers: Headers;
  body: unknown;
}

/** A gateway that is asked over HTTP alone, as a script would. */
async function overHttp() {
  const started = await startGateway({
    env: { AUTH_ENCRYPTION_SECRET: "a-secret-of-a-test-that-is-long-enough" },
  });
  const { url } = await started.gateway.listen();
  const { token } = z
    .object({ token: z.string() })
    .parse(JSON.parse(readFileSync(join(started.dataDir, "runtime.json"), "utf8")));
  const ask = async (
    method: string,
    path: string,
    body?: unknown,
    other = token,
  ): Promise<Answer> => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${other}` },
      ...(body === undefined
        ? {}
        : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const { status, headers } = answer;
    return { status, headers, body: text === "" ? null : JSON.parse(text) };
  };
  return { ...started, url, token, ask };
}

/** What a script reads when it is refused. */
const refusal = (detail: string | RegExp) => ({
  detail: expect.stringMatching(detail),
  error: expect.objectContaining({ code: expect.any(String), wayOut: expect.any(String) }),
});

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
});

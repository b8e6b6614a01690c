import { execFile } from "node:child_process";
import { createHmac } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { McpClient } from "../../fixtures/mcp-client.ts";
import { startGateway } from "../test-gateway.ts";
import { bearer, INITIALIZE, startStage, type Stage } from "./stage.ts";

const GIVEN = {
  MCPGATEWAY_BEARER_TOKEN: "the-token-of-the-deployment",
  BASIC_AUTH_USER: "admin",
  BASIC_AUTH_PASSWORD: "correct horse battery",
  JWT_SECRET_KEY: "a secret of at least thirty-two bytes",
};

let stage: Stage;
beforeAll(async () => {
  stage = await startStage({ env: GIVEN });
});
afterAll(() => stage.close());

const basic = (pair: string) => ({
  authorization: `Basic ${Buffer.from(pair).toString("base64")}`,
});
const PASSWORD = basic(`${GIVEN.BASIC_AUTH_USER}:${GIVEN.BASIC_AUTH_PASSWORD}`);

function jwt(claims: object, { alg = "HS256", secret = GIVEN.JWT_SECRET_KEY } = {}) {
  const encode = (value: object): string =>
    Buffer.from(JSON.stringify(value)).toString("base64url");
  const text = `${encode({ alg })}.${encode({ exp: Date.now() / 1000 + 60, sub: "ci", ...claims })}`;
  const signature = createHmac("sha256", secret).update(text).digest("base64url");
  return bearer(`${text}.${alg === "none" ? "" : signature}`);
}

/** As the API says it, as HTTP beside it does, and as MCP does. */
interface Said {
  data?: { code: string };
  error?: { code: string; data?: { code: string } };
}

/** Status and code of an answer. */
async function ask(
  { url }: { url: string },
  path: string,
  headers: Record<string, string>,
  body?: string,
): Promise<{ status: number; code: string | undefined; retryAfter: string | null }> {
  const answer = await fetch(url + path, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...headers,
    },
    ...(body !== undefined && { body }),
  });
  const { data, error }: Said = JSON.parse(await answer.text());
  const code = data?.code ?? error?.data?.code ?? error?.code;
  return { status: answer.status, code, retryAfter: answer.headers.get("retry-after") };
}

describe("what the environment gives", () => {
  it("lets in to the API and to every profile", async () => {
    const credentials = [bearer(GIVEN.MCPGATEWAY_BEARER_TOKEN), PASSWORD, jwt({})];
    for (const headers of credentials) {
      expect(await ask(stage, "/api/status", headers)).toMatchObject({ status: 200 });
      expect(await ask(stage, "/mcp/dev", headers, INITIALIZE)).toMatchObject({ status: 200 });
    }
  });

  it("is narrowed by a signed token's own claims", async () => {
    await stage.api.profiles.create({ slug: "other" });
    const use = jwt({ rights: ["use"] });
    expect(await ask(stage, "/mcp/dev", use, INITIALIZE)).toMatchObject({ status: 200 });
    expect(await ask(stage, "/api/status", use)).toMatchObject({ code: "token_lacks_right" });
    const dev = jwt({ profile: "dev", rights: ["use", "manage"] });
    expect(await ask(stage, "/mcp/dev", dev, INITIALIZE)).toMatchObject({ status: 200 });
    expect(await ask(stage, "/mcp/other", dev, INITIALIZE)).toMatchObject({
      code: "token_other_profile",
    });
    expect(await ask(stage, "/api/status", dev)).toMatchObject({ code: "token_lacks_right" });
  });

  it("keeps the sessions of one from the others, and from who needs no token", async () => {
    await stage.api.profiles.create({ slug: "open", allowWithoutToken: true });
    const mine = new McpClient(`${stage.url}/mcp/open`, PASSWORD);
    await mine.initialize();
    const session = { "mcp-session-id": mine.sessionId ?? "" };
    const ping = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
    for (const headers of [{}, jwt({ sub: "admin" }), bearer(stage.token)]) {
      const answer = await ask(stage, "/mcp/open", { ...headers, ...session }, ping);
      expect(answer.status).toBe(404);
    }
    expect(await mine.request("ping")).toEqual({});
    const { clients } = await stage.api.clients.list();
    expect(clients.map(({ tokenName }) => tokenName)).toContain("basic:admin");
  });

  it("a password does not let a form in, which a browser would add it to", async () => {
    const form = { ...PASSWORD, "content-type": "text/plain" };
    for (const path of ["/mcp/dev", "/api/profiles"]) {
      expect(await ask(stage, path, form, INITIALIZE)).toMatchObject({ status: 415 });
    }
  });
});

describe("what is refused at the start", () => {
  it.each([
    [{ BASIC_AUTH_USER: "admin" }, "BASIC_AUTH_USER", /BASIC_AUTH_PASSWORD is not set/],
    [{ BASIC_AUTH_PASSWORD: "long enough it is" }, "BASIC_AUTH_PASSWORD", /BASIC_AUTH_USER is not/],
    [
      { BASIC_AUTH_USER: "a:b", BASIC_AUTH_PASSWORD: "long enough it is" },
      "BASIC_AUTH_USER",
      /colon/,
    ],
    [
      { BASIC_AUTH_USER: "a", BASIC_AUTH_PASSWORD: "changeme" },
      "BASIC_AUTH_PASSWORD",
      /shorter than 12/,
    ],
    [
      { BASIC_AUTH_USER: "a", BASIC_AUTH_PASSWORD: "your-password" },
      "BASIC_AUTH_PASSWORD",
      /placeholder/,
    ],
    [{ MCPGATEWAY_BEARER_TOKEN: "hunter2" }, "MCPGATEWAY_BEARER_TOKEN", /shorter than 16/],
    [{ MCPGATEWAY_BEARER_TOKEN: "your-jwt-token-here" }, "MCPGATEWAY_BEARER_TOKEN", /placeholder/],
    [{ JWT_SECRET_KEY: "your-prod-jwt-secret" }, "JWT_SECRET_KEY", /shorter than 32 bytes/],
    [{ JWT_SECRET_KEY: `change-me${"!".repeat(40)}` }, "JWT_SECRET_KEY", /placeholder/],
  ])("%j", async (env, name, why) => {
    await expect(startGateway({ env })).rejects.toMatchObject({
      code: "config_invalid",
      params: { name, detail: expect.stringMatching(why) },
      message: expect.not.stringContaining("long enough it is"),
    });
  });

  it("a secret may come from a file, and from .env", async () => {
    const first = await startGateway();
    const path = join(dirname(first.dataDir), "secret");
    writeFileSync(path, `${GIVEN.JWT_SECRET_KEY}\n`);
    writeFileSync(
      join(first.dataDir, ".env"),
      `BASIC_AUTH_USER=admin\nBASIC_AUTH_PASSWORD="${GIVEN.BASIC_AUTH_PASSWORD}"\n`,
    );
    await first.gateway.close();
    const { gateway } = await startGateway({
      root: first.root,
      env: { JWT_SECRET_KEY_FILE: path },
    });
    const { url } = await gateway.listen();
    expect(await ask({ url }, "/api/status", jwt({}))).toMatchObject({ status: 200 });
    expect(await ask({ url }, "/api/status", PASSWORD)).toMatchObject({ status: 200 });
  });
});

describe("N-10: who guesses", () => {
  it("is held back after ten, and clients with a token of ours are not", async () => {
    const guessed = await startStage({ env: GIVEN });
    try {
      const wrong = [
        bearer("lmg_wrong"),
        basic("admin:wrong"),
        jwt({}, { secret: `${GIVEN.JWT_SECRET_KEY}!` }),
        jwt({}, { alg: "none" }),
        jwt({ exp: 1 }),
      ];
      for (const headers of [...wrong, ...wrong]) {
        expect(await ask(guessed, "/api/status", headers)).toMatchObject({ status: 401 });
      }
      for (const headers of [...wrong, PASSWORD]) {
        const answer = await ask(guessed, "/mcp/dev", headers, INITIALIZE);
        expect(answer).toMatchObject({ status: 429, code: "too_many_failures" });
        expect(Number(answer.retryAfter)).toBeGreaterThan(0);
        expect(Number(answer.retryAfter)).toBeLessThanOrEqual(10);
      }
      const right = [bearer(guessed.token), bearer(GIVEN.MCPGATEWAY_BEARER_TOKEN), jwt({})];
      for (const headers of right) {
        expect(await ask(guessed, "/api/status", headers)).toMatchObject({ status: 200 });
      }
      expect(await ask(guessed, "/health", {})).toMatchObject({ status: 200 });
      expect(await ask(guessed, "/api/status", {})).toMatchObject({ code: "token_missing" });
      const said = guessed.log.filter((line) => line.includes("invalid access tokens"));
      expect(said).toHaveLength(1);
      expect(guessed.log.join("\n")).not.toContain("lmg_wrong");
    } finally {
      await guessed.close();
    }
  });
});

describe("docs/access-tokens.md", () => {
  const page = readFileSync(new URL("../../../docs/access-tokens.md", import.meta.url), "utf8");
  const blocks = [...page.matchAll(/```sh\n(.*?)```/gs)].map(([, text = ""]) => text);

  it("shows lines that work", async () => {
    expect(blocks).toHaveLength(6);
    for (const block of blocks) {
      const { stdout } = await promisify(execFile)(
        "sh",
        ["-ec", block.replaceAll("http://127.0.0.1:4444", stage.url)],
        {
          env: {
            PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
            TOKEN: stage.token,
            ...GIVEN,
          },
        },
      );
      expect(JSON.parse(stdout)).toBeTypeOf("object");
    }
    expect((await stage.api.profiles.list()).map(({ slug }) => slug)).toEqual(
      expect.arrayContaining(["writing", "reading"]),
    );
  });
});

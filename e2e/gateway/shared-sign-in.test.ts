/** Sign-ins of gateways on one session store: one signs in, one refreshes, all know. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { McpClient } from "../fixtures/mcp-client.ts";
import { ENGINES, type SharedEngine } from "./shared-engines.ts";
import { joining, seed, type Seed, type SharedGateway } from "./shared-stage.ts";
import { ANSWER, authorizationServer, protectedServer, said, signInsOf } from "./sign-in-stage.ts";
import { until } from "./test-gateway.ts";

describe.each(ENGINES)("sign-ins of gateways on one %s", (_, start) => {
  let engine: SharedEngine;
  beforeAll(async () => {
    engine = await start();
  });
  afterAll(() => engine.stop());

  async function three(options?: Parameters<typeof authorizationServer>[0]) {
    const env = await engine.fresh();
    const authorization = await authorizationServer(options);
    const far = await protectedServer({ trusts: authorization });
    const from = await seed({ transport: "http", url: far.url });
    const gateways: SharedGateway[] = [];
    for (let count = 0; count < 3; count += 1) gateways.push(await joining(from, env));
    return { env, authorization, from, gateways };
  }

  const clientOf = async ({ url }: SharedGateway, { token }: Seed): Promise<McpClient> => {
    const client = new McpClient(`${url}/mcp/dev`, { authorization: `Bearer ${token}` });
    await client.initialize();
    return client;
  };

  const isEach = (gateways: readonly SharedGateway[], state: string) =>
    Promise.all(
      gateways.map((gateway) =>
        until(
          () => signInsOf(gateway).status(),
          (status) => status.state === state,
        ),
      ),
    );

  it("who signs in at one has signed in at all, also at one that comes later", async () => {
    const { env, authorization, from, gateways } = await three();
    const [first] = gateways;
    if (!first) throw new Error("three were started");
    await signInsOf(first).signIn();
    await isEach(gateways, "ready");
    const late = await joining(from, env);
    await isEach([late], "ready");
    expect(await said(await clientOf(late, from))).toBe(ANSWER);

    await late.api.signIn.remove({ server: "far" });
    await isEach([...gateways, late], "needs_sign_in");
    expect(authorization.counts.refreshTokensUsedTwice).toBe(0);
  });

  it("when access ends for all, one refreshes it and no refresh token is used twice", async () => {
    const { authorization, from, gateways } = await three({ accessTokenSeconds: 2 });
    const [first] = gateways;
    if (!first) throw new Error("three were started");
    await signInsOf(first).signIn();
    await isEach(gateways, "ready");
    const clients = await Promise.all(gateways.map((gateway) => clientOf(gateway, from)));
    const { counts } = authorization;
    while ((counts.granted["refresh_token"] ?? 0) < 6) {
      const answers = await Promise.all(clients.map((client) => said(client)));
      expect(answers).toEqual([ANSWER, ANSWER, ANSWER]);
    }
    expect(counts.refreshTokensUsedTwice).toBe(0);
    expect(counts.granted["refresh_token"]).toBe(counts.asked["refresh_token"]);
    await isEach(gateways, "ready");
  });
});

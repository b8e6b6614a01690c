import { expect, it } from "vitest";
import { MirrorServer, overHttp, type Script, STATE } from "../fixtures/mirror-server.ts";
import { RawClient } from "../fixtures/raw-client.ts";
import { afterTest } from "../fixtures/test-support.ts";
import { serve, until } from "./test-gateway.ts";

/** A modern server with a resource, so that it may know others that it does not list. */
async function mirror(name: string, script: Script) {
  const offer = {
    tools: [],
    prompts: [],
    resources: [{ uri: `${name}://` }],
    resourceTemplates: [],
  };
  const server = new MirrorServer("modern", { capabilities: { resources: {} }, ...offer });
  server.scripts.set(7, script);
  const reached = await overHttp(server);
  afterTest(() => reached.close());
  const { config } = reached;
  return { config, received: () => server.received.get(7)?.requests.map(({ params }) => params) };
}

it("what a client answers on account of a resource that nobody lists reaches the server that asked alone", async () => {
  const refuses = await mirror("first", {
    notifications: [],
    question: null,
    answer: { error: { code: -32_602, message: "Not here." } },
  });
  const asks = await mirror("second", {
    notifications: [],
    question: { method: "elicitation/create", params: { message: "Your name?" } },
    answer: { result: { resultType: "complete", contents: [] } },
  });
  const { url, token, client } = await serve({ first: refuses.config, second: asks.config });
  await until(
    () => client.request("resources/list"),
    (list) => JSON.stringify(list).includes("first") && JSON.stringify(list).includes("second"),
  );
  const capabilities = { elicitation: { form: {} } };
  const modern = new RawClient(
    "modern",
    { url: `${url}/mcp/dev`, token },
    { info: { name: "asked", version: "1" }, capabilities },
  );
  const reply = { action: "accept", content: { name: "a secret" } };
  const { answer } = await modern.request("resources/read", { uri: "nowhere://7/7" }, () => ({
    result: reply,
  }));
  expect(answer.result).toMatchObject({ contents: [] });
  expect(asks.received()).toHaveLength(2);
  expect(asks.received()?.at(-1)).toMatchObject({
    requestState: STATE,
    inputResponses: { it: reply },
  });
  expect(refuses.received()).toHaveLength(1);
  expect(JSON.stringify(refuses.received())).not.toContain("a secret");
});

/** Pages that a server wants a person to visit (N-20): what is no page reaches no client. */
import { expect, it } from "vitest";
import { isRecord, type Message } from "../../fixtures/json-rpc.ts";
import { MirrorServer, overHttp } from "../../fixtures/mirror-server.ts";
import { afterTest, call, names } from "../../fixtures/test-support.ts";
import { clientsOf, serveAsking, textOf } from "../era-gateway.ts";
import { serve, until } from "../test-gateway.ts";

const visit = (url: string) => ({ mode: "url", message: "Sign in", elicitationId: "v1", url });
const NO_PAGE = "file:///etc/passwd";
const PAGE = "https://example.com/sign-in";
const REFUSED = /no safe page/;

it("in a question", async () => {
  const { legacy } = await serveAsking();
  const client = await legacy();
  const asked: Message[] = [];
  const ask = async (url: string): Promise<string> => {
    const question = { method: "elicitation/create", params: visit(url) };
    const onRequest = (message: Message): unknown => {
      asked.push(message);
      return { action: "accept" };
    };
    return textOf(await client.request("tools/call", call("ask", question), { onRequest }));
  };
  expect(await ask(NO_PAGE)).toMatch(REFUSED);
  expect(await ask("javascript:alert(1)")).toMatch(REFUSED);
  expect(asked).toEqual([]);
  expect(await ask(PAGE)).toContain("accept");
  expect(asked).toHaveLength(1);
});

it.each(["legacy", "modern"] as const)("in an answer of a %s server", async (era) => {
  const mirror = new MirrorServer(era, {
    capabilities: { tools: {} },
    tools: [{ name: "visit", inputSchema: { type: "object" } }],
    prompts: [],
    resources: [],
    resourceTemplates: [],
  });
  [NO_PAGE, PAGE].forEach((url, number) => {
    const params = visit(url);
    const question = era === "modern" ? { method: "elicitation/create", params } : null;
    const error = { code: -32042, message: "Visit first", data: { elicitations: [params] } };
    mirror.scripts.set(number, { notifications: [], question, answer: { error } });
  });
  const far = await overHttp(mirror);
  afterTest(() => far.close());
  const served = await serve({ far: far.config });
  const { modern } = clientsOf(served);
  await until(
    () => served.client.request("tools/list"),
    (list) => names(list).includes("visit"),
  );
  const refused = await modern("tools/call", call("visit", { case: 0 }));
  expect(JSON.stringify(refused)).toMatch(REFUSED);
  expect(JSON.stringify(refused)).not.toContain(NO_PAGE);
  const { result } = await modern("tools/call", call("visit", { case: 1 }));
  expect(result).toMatchObject({ resultType: "input_required" });
  expect(JSON.stringify(isRecord(result) && result.inputRequests)).toContain(PAGE);
});

import { assert, asyncProperty, sample } from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { META, type Era } from "../fixtures/conformance/protocol.ts";
import { isRecord, type Message } from "../fixtures/json-rpc.ts";
import { MirrorServer, overHttp, overStdio, STATE } from "../fixtures/mirror-server.ts";
import { RawClient } from "../fixtures/raw-client.ts";
import { afterTest, names } from "../fixtures/test-support.ts";
import {
  anyObject,
  declared,
  entries,
  EXTREMES,
  onTheWire,
  type Scene,
  scenes,
} from "./fidelity-messages.ts";
import { serve, until } from "./test-gateway.ts";

type Json = Record<string, unknown>;

const RUNS = Number(process.env.RUNS ?? 60);
const LISTED = 10;
const ERAS: Era[] = ["legacy", "modern"];
const WAYS = [
  ["stdio", overStdio],
  ["http", overHttp],
] as const;
const LISTS = [
  ["tools/list", "tools"],
  ["prompts/list", "prompts"],
  ["resources/list", "resources"],
  ["resources/templates/list", "resourceTemplates"],
] as const;

/** What legitimately differs between the two ends, and nothing else does. */
const ENVELOPE = [
  META.protocolVersion,
  META.clientCapabilities,
  META.logLevel,
  META.serverInfo,
  "io.modelcontextprotocol/clientInfo",
  "progressToken",
];
const OF_AN_ERA = ["resultType", "ttlMs", "cacheScope"];
const ROUNDS = ["inputResponses", "requestState"];
const MAPPED_CODES = [-32_000, -32_001, -32_002, -32_020, -32_021, -32_022, -32_042];
const MESSAGE = ["jsonrpc", "id", "method", "params", "result", "error"];

const without = (object: Json, keys: readonly string[]): Json =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));

/** Params or a result without what is of one hop alone; an empty `_meta` is none. */
function bare(value: unknown, dropped: readonly string[] = []): unknown {
  if (!isRecord(value)) return value;
  const { _meta: meta, ...rest } = value;
  const kept = isRecord(meta) ? without(meta, ENVELOPE) : meta;
  const isEmpty = kept === undefined || (isRecord(kept) && Object.keys(kept).length === 0);
  return { ...without(rest, dropped), ...(!isEmpty && { _meta: kept }) };
}

/** Whether a client of the other era may be told another code. */
const hasMappedCode = ({ error }: Json): boolean =>
  isRecord(error) && MAPPED_CODES.includes(Number(error.code));

/** The answer as it would be compared, whoever's id and era it has, and by choice without its code. */
const bareAnswer = (message: Json, withoutCode: boolean): Json => ({
  ...without(message, MESSAGE),
  ...("result" in message
    ? { result: bare(message.result, OF_AN_ERA) }
    : {
        error:
          withoutCode && isRecord(message.error) ? without(message.error, ["code"]) : message.error,
      }),
});

/** A notification as the server sent it; a client sees it under its token and its server's name. */
function bareNotification({ method, params }: Partial<Message>, server?: string): Json {
  if (method === "notifications/message" && isRecord(params)) {
    const { logger } = params;
    const named = typeof logger === "string" && logger !== "" ? `${server}/${logger}` : server;
    return { method, params: { ...params, ...(server !== undefined && { logger: named }) } };
  }
  const isProgress = method === "notifications/progress";
  return { method, params: isProgress && params ? without(params, ["progressToken"]) : params };
}

/** Something different for each server. */
const generated = <T>(arbitrary: Parameters<typeof sample<T>>[0], count: number): T[] =>
  onTheWire(sample(arbitrary, { numRuns: count }));

class Far {
  readonly name: string;
  readonly mirror: MirrorServer;

  constructor(era: Era, transport: string) {
    const name = `${era}-${transport}`;
    const list = (kind: keyof typeof entries, identity: (index: number) => Json): Json[] =>
      generated(entries[kind], LISTED).map((entry, index) => ({ ...entry, ...identity(index) }));
    this.name = name;
    this.mirror = new MirrorServer(era, {
      capabilities: {
        tools: {},
        prompts: {},
        resources: {},
        completions: {},
        logging: {},
        extensions: { [`vendor.example/${name}`]: generated(anyObject, 1)[0] },
        experimental: { [`vendor-${name}`]: generated(anyObject, 1)[0] },
      },
      tools: list("tools", (index) => ({ name: `${name}-${index}` })),
      prompts: list("prompts", (index) => ({ name: `${name}-${index}` })),
      resources: list("resources", (index) => ({ uri: `mirror://${name}/listed/${index}` })),
      resourceTemplates: [
        { ...generated(entries.resourceTemplates, 1)[0], uriTemplate: `mirror://${name}/{case}` },
      ],
    });
  }
}

const INFO = { name: "mirrored", version: "1", ...generated(declared, 1)[0] };
const CAPABILITIES = {
  elicitation: { form: {}, url: {}, ...generated(declared, 1)[0] },
  sampling: { tools: {} },
  roots: { listChanged: true },
  experimental: generated(anyObject, 1)[0],
  extensions: { "vendor.example/client": generated(anyObject, 1)[0] },
  ...generated(declared, 1)[0],
};

/** A gateway before one server for each era and transport, and a client of one era. */
async function stage(era: Era) {
  const fars: Far[] = [];
  const configs: Parameters<typeof serve>[0] = {};
  for (const spoken of ERAS) {
    for (const [way, reach] of WAYS) {
      const far = new Far(spoken, way);
      const reached = await reach(far.mirror);
      afterTest(() => reached.close());
      fars.push(far);
      configs[far.name] = reached.config;
    }
  }
  const started = await serve(configs);
  const { api, url, token } = started;
  for (const { name } of fars) {
    await api.servers.update({ server: name, changes: { connections: "per_client" } });
  }
  await until(
    () => started.client.request("tools/list"),
    (list) => names(list).length === LISTED * fars.length,
  );
  const at = { url: `${url}/mcp/dev`, token };
  const client = new RawClient(era, at, { info: INFO, capabilities: CAPABILITIES });
  return { fars, client, opened: await client.open() };
}

/** What was compared, over all tests. */
let cases = 0;

/** Scenes have a number each, since a resource that one server refuses is asked of the others. */
let played = 0;

function same(received: unknown, sent: unknown): void {
  cases += 1;
  expect(received).toEqual(onTheWire(sent));
}

/** Lists pass whole, and what servers declare beside what the gateway does itself. */
async function compareOffers({ fars, client, opened }: Awaited<ReturnType<typeof stage>>) {
  const listed = async (method: string, key: string): Promise<unknown[]> => {
    const { result } = (await client.request(method, {})).answer;
    const list = isRecord(result) ? result[key] : [];
    return Array.isArray(list) ? list : [];
  };
  const offers = fars.map(({ mirror }) => mirror.offer);
  for (const [method, key] of LISTS) {
    const received = await listed(method, key);
    for (const [index, sent] of offers.flatMap((offer) => offer[key]).entries()) {
      same(received[index], sent);
    }
  }
  const { extensions, experimental } = isRecord(opened.capabilities) ? opened.capabilities : {};
  const all = (key: "extensions" | "experimental"): Json =>
    Object.assign({}, ...offers.map(({ capabilities }) => capabilities[key]));
  same(extensions, all("extensions"));
  same(experimental, all("experimental"));
}

/** Plays one scene, and compares each message of it at both ends. */
async function compareScene(far: Far, client: RawClient, scene: Scene): Promise<void> {
  const { name, mirror } = far;
  const number = played;
  played += 1;
  const isModern = mirror.era === "modern";
  const { answer, ...script } = onTheWire(scene.script);
  const result = isModern && isRecord(answer.result) ? { resultType: "complete" } : {};
  const worded =
    "result" in answer ? { ...answer, result: { ...Object(answer.result), ...result } } : answer;
  mirror.scripts.set(number, { ...script, answer: worded });

  // In the modern era an answer can only be a result.
  const refuses = client.era === "legacy" && !isModern && scene.refusal !== null;
  const reply = refuses ? { error: scene.refusal } : { result: scene.reply };
  const params = onTheWire({ ...scene.params, ...paramsOf(scene, name, number) });
  const told = await client.request(scene.method, params, () => reply, scene.members);
  const received = mirror.received.get(number);
  const requests = received?.requests ?? [];
  for (const request of requests) {
    same(bare(request.params, ROUNDS), bare(params));
    same(without(request, MESSAGE), scene.members);
  }
  expect(requests.length).toBe(isModern && script.question ? 2 : 1);
  if (isModern) {
    for (const { params } of requests) compareEnvelope(params);
    for (const { params } of requests.slice(1)) same(params?.requestState, STATE);
  }
  same(
    told.notifications.map((one) => bareNotification(one)),
    script.notifications.map((one) => bareNotification(one, name)),
  );
  same(told.questions, script.question ? [script.question] : []);
  if (script.question) same(received?.answer, reply);
  const isMapped = hasMappedCode(answer);
  same(bareAnswer(told.answer, isMapped), bareAnswer(answer, isMapped));
}

function compareEnvelope(params: Json | undefined): void {
  const meta = isRecord(params?._meta) ? params._meta : {};
  same(meta["io.modelcontextprotocol/clientInfo"], INFO);
  same(meta[META.clientCapabilities], CAPABILITIES);
}

/** The params that a method needs, with the number of the case in them. */
function paramsOf({ method, args }: Scene, server: string, number: number): Json {
  const name = `${server}-1`;
  if (method === "tools/call") return { name, arguments: { ...args, case: number } };
  if (method === "prompts/get") return { name, arguments: { ...args, case: String(number) } };
  if (method === "resources/read") return { uri: `mirror://${server}/${number}` };
  const argument = { ...args, name: "case", value: String(number) };
  return { ref: { ...args, type: "ref/prompt", name }, argument };
}

describe("generated messages", () => {
  afterAll(() => console.log(`fidelity: ${cases} cases`));

  it.each(ERAS)(
    "pass unchanged both ways between a %s client and servers of both eras",
    async (era) => {
      const staged = await stage(era);
      await compareOffers(staged);
      const { fars, client } = staged;
      for (const far of fars) {
        await assert(
          asyncProperty(scenes, (scene) => compareScene(far, client, scene)),
          { numRuns: RUNS, examples: EXTREMES.map((scene): [Scene] => [scene]) },
        );
      }
      for (const { mirror } of fars) {
        if (mirror.era === "modern" || era === "modern") continue;
        same(mirror.openings.at(-1)?.clientInfo, INFO);
        same(mirror.openings.at(-1)?.capabilities, CAPABILITIES);
      }
    },
  );
});

import { isRecord, RpcError } from "../fixtures/json-rpc.ts";
import type { Caller, Params } from "./callers.ts";
import type { Random } from "./random.ts";
import { FIXTURES } from "./stage.ts";
import { WrongAnswer } from "./tally.ts";

/** Something that is asked of a server of the fixture, and what has to come. */
export interface Question {
  what: string;
  server: string;
  ask(caller: Caller): Promise<void>;
}

const BIG_BYTES = 5 * 1024 * 1024;
const REFUSED = -32_050;
const ON_PURPOSE = "It failed on purpose.";
const SHOWN = 200;

/** @throws WrongAnswer */
export const expectSame = (said: unknown, expected: unknown): void => {
  const [one, other] = [JSON.stringify(said), JSON.stringify(expected)];
  if (one === other) return;
  throw new WrongAnswer(`${one?.slice(0, SHOWN)} instead of ${other?.slice(0, SHOWN)}`);
};

/** The text of a tool's result. @throws Error where the call failed */
export const textOf = (result: unknown): string => {
  const content: unknown[] =
    isRecord(result) && Array.isArray(result.content) ? result.content : [];
  const [block] = content;
  const text = isRecord(block) ? String(block.text) : JSON.stringify(result);
  const hasFailed = isRecord(result) && result.isError === true;
  if (hasFailed && text !== ON_PURPOSE) throw new Error(`isError: ${text}`);
  return text;
};

export const call = (server: string, tool: string, args: Params = {}): Params => ({
  name: `${server}_${tool}`,
  arguments: args,
});

/** The call whose answer is five megabytes, which a client may leave unread. */
export const bigCall = (server: string): Params => call(server, "big", { bytes: BIG_BYTES });

/** @throws WrongAnswer where a byte of it is missing or another one */
export const expectBig = (result: unknown): void => {
  const text = textOf(result);
  if (text.length !== BIG_BYTES || !/^x+$/.test(text)) {
    throw new WrongAnswer(`${text.length} bytes of ${BIG_BYTES}: ${text.slice(0, SHOWN)}`);
  }
};

const toolCall =
  (tool: string, asked: (random: Random) => { args: Params; expected: string }) =>
  (server: string, random: Random): Question => {
    const { args, expected } = asked(random);
    return {
      what: tool,
      server,
      ask: async (caller) =>
        expectSame(textOf(await caller.request("tools/call", call(server, tool, args))), expected),
    };
  };

let asked = 0;

const KINDS: { weight: number; of: (server: string, random: Random) => Question }[] = [
  {
    weight: 10,
    of: toolCall("echo", (random) => {
      asked += 1;
      const message = `${asked} ${"é🌍 ".repeat(random.between(0, 200))}`;
      return { args: { message }, expected: `Echo: ${message}` };
    }),
  },
  {
    weight: 5,
    of: toolCall("add", (random) => {
      const [a, b] = [random.between(-1e6, 1e6), random.between(-1e6, 1e6)];
      return { args: { a, b }, expected: String(a + b) };
    }),
  },
  {
    weight: 3,
    of: toolCall("slow", (random) => {
      const ms = random.between(10, 400);
      return { args: { ms, steps: random.between(1, 5) }, expected: `Waited ${ms} ms` };
    }),
  },
  { weight: 2, of: toolCall("fail", () => ({ args: {}, expected: ON_PURPOSE })) },
  {
    weight: 2,
    of: (server) => ({
      what: "rpc_error",
      server,
      ask: async (caller) => {
        const params = call(server, "rpc_error", { code: REFUSED });
        const said: unknown = await caller.request("tools/call", params).catch((error: unknown) => {
          if (error instanceof RpcError && error.code === REFUSED) return error.data;
          throw error;
        });
        // What broke on the way may also come as a result.
        if (isRecord(said) && said.isError === true) textOf(said);
        expectSame(said, { why: "a test" });
      },
    }),
  },
  {
    weight: 2,
    of: (server) => ({
      what: "structured",
      server,
      ask: async (caller) => {
        const said = await caller.request("tools/call", call(server, "structured"));
        expectSame(textOf(said), '{"answer":42}');
        expectSame(isRecord(said) && said["x-result"], { vendor: true });
      },
    }),
  },
  {
    weight: 2,
    of: (server) => ({
      what: "resources/read",
      server,
      ask: async (caller) => {
        const said = await caller.request("resources/read", { uri: `fixture://${server}/readme` });
        const contents: unknown[] =
          isRecord(said) && Array.isArray(said.contents) ? said.contents : [];
        const [first] = contents;
        expectSame(isRecord(first) && first.text, `I am ${server}`);
      },
    }),
  },
  {
    weight: 2,
    of: (server, random) => ({
      what: "prompts/get",
      server,
      ask: async (caller) => {
        const who = `w${random.between(0, 1e6)}`;
        const params = { name: `${server}_greet`, arguments: { who } };
        const said = JSON.stringify(await caller.request("prompts/get", params));
        const isRight = said.includes(`greet from ${server}`) && said.includes(who);
        if (!isRight) throw new WrongAnswer(said.slice(0, SHOWN));
      },
    }),
  },
  {
    weight: 2,
    of: (server) => ({
      what: "tools/list",
      server,
      ask: async (caller) => {
        const said = JSON.stringify(await caller.request("tools/list"));
        if (!said.includes(`"${server}_echo"`)) throw new WrongAnswer(`no ${server}_echo`);
      },
    }),
  },
  {
    weight: 1,
    of: (server) => ({
      what: "five megabytes",
      server,
      ask: async (caller) => expectBig(await caller.request("tools/call", bigCall(server))),
    }),
  },
];

const WEIGHTED = KINDS.flatMap(({ weight, of }) => Array.from({ length: weight }, () => of));

/** The next thing that a client asks, of those servers that its profile has. */
export const nextQuestion = (random: Random, servers: readonly string[]): Question => {
  const known = FIXTURES.filter((name) => servers.includes(name));
  const server = random.pick(known);
  return random.pick(WEIGHTED)(server, random);
};

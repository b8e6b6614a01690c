import { z } from "zod";
import { eventually } from "../command-line.ts";
import { isRecord } from "../fixtures/json-rpc.ts";
import type { McpClient } from "../fixtures/mcp-client.ts";
import type { Caller } from "./callers.ts";
import type { FixtureName } from "./stage.ts";
import type { Moment, Timeline } from "./timeline.ts";

export interface Scene {
  timeline: Timeline;
  caller: Caller;
  server: FixtureName;
  /** The name that a tool of this server has in the profile. */
  tool: (name: string) => string;
  /** Somebody else, who asks the server what became of calls. */
  watcher: McpClient;
  /** Unique, so that what belongs to the scene is known by it. */
  mark: string;
  check: (what: string, holds: boolean, detail?: string) => void;
}

/** How long a server may take to learn of something, ms. */
const WITHIN_MS = 10_000;

/** Whether a message asks the client for something, in the words of either era. */
const asks = ({ message: { method, result } }: Moment): boolean =>
  method === "elicitation/create" ||
  method === "sampling/createMessage" ||
  (isRecord(result) && result.resultType === "input_required");

const holds = ({ message }: Moment, text: string): boolean =>
  JSON.stringify(message).includes(text);

/** What of the scene was asked where it belongs, and answered there. */
const checkAsking = (
  { timeline, caller, server, tool, check }: Scene,
  { from, name, answers }: { from: number; name: string; answers: string[] },
): void => {
  const moments = timeline.moments.slice(from);
  const calls = moments.filter(
    ({ party, isToGateway, message }) =>
      party === caller.name && isToGateway && message.params?.name === tool(name),
  );
  const streams = new Set(calls.map(({ exchange }) => exchange));
  const asked = moments.filter(
    (moment) => moment.link === "client" && !moment.isToGateway && asks(moment),
  );
  check(
    `asked ${answers.length} times, on the streams of the caller's own call and nowhere else`,
    asked.length === answers.length &&
      asked.every(({ party, exchange }) => party === caller.name && streams.has(exchange)),
    `${asked.length} times, of ${asked.map(({ party }) => party).join(", ")}`,
  );
  const reached = moments.filter(
    (moment) =>
      moment.link === "server" &&
      !moment.isToGateway &&
      answers.some((answer) => holds(moment, answer)),
  );
  check(
    "the answers reached this server and no other",
    answers.every((answer) => reached.some((moment) => holds(moment, answer))) &&
      reached.every(({ party }) => party === server),
    reached.map(({ party }) => party).join(", "),
  );
};

/** A tool asks the person, and then again. */
export const elicitation = async (scene: Scene): Promise<void> => {
  const { timeline, caller, tool, mark, check } = scene;
  const from = timeline.moments.length;
  const answers: string[] = [];
  const text = await caller.call(tool("ask_twice"), {}, () => {
    const answer = `${mark}-${answers.length + 1}`;
    answers.push(answer);
    return { action: "accept", content: { answer } };
  });
  checkAsking(scene, { from, name: "ask_twice", answers });
  const told = answers.length === 2 && answers.every((answer) => text.includes(answer));
  check("the tool answered with both", told, text);
};

/** A tool asks the model. */
export const sampling = async (scene: Scene): Promise<void> => {
  const { timeline, caller, tool, mark, check } = scene;
  const from = timeline.moments.length;
  const answer = `thought of ${mark}`;
  const content = { type: "text", text: answer };
  const text = await caller.call(tool("sample_and_log"), { prompt: "Think of something." }, () => ({
    role: "assistant",
    model: "none",
    content,
  }));
  checkAsking(scene, { from, name: "sample_and_log", answers: [answer] });
  check("the tool answered with what the model said", text === answer, text);
};

const logAnswer = z.object({
  structuredContent: z.object({ started: z.array(z.string()), cancelled: z.array(z.string()) }),
});

/** A call is given up while the server works on it. */
export const cancellation = async (scene: Scene): Promise<void> => {
  const { caller, tool, mark, check, watcher } = scene;
  const heard = async (what: "started" | "cancelled"): Promise<boolean> => {
    const found = await eventually(async () => {
      const params = { name: tool("conformance_log"), arguments: {} };
      const log = logAnswer.parse(await watcher.request("tools/call", params));
      return log.structuredContent[what].includes(mark) ? true : undefined;
    }, WITHIN_MS);
    return found === true;
  };
  const call = caller.open(tool("slow_echo"), { ms: 60_000, text: mark });
  check("the server works on it", await heard("started"));
  await call.cancel();
  check("it was cancelled at the server", await heard("cancelled"));
  check("the client got no answer", await call.endedUnanswered);
};

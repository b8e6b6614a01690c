import { makeRoot, RunningGateway, seed } from "./gateway.ts";
import { HANGING, TINY } from "./kinds.ts";
import { ms, type Section } from "./section.ts";
import { until } from "./until.ts";
import { z } from "zod";

const SERVERS = 50;
const HANGING_NAME = "hangs";
/** Of each tiny server. */
const TOOLS = 2;
/** How long the list may take while servers start, and all of them to be up, ms. */
const LIST_MS = 5000;
const UP_MS = 20_000;
/** A look at all servers costs the gateway something, which it needs for starting them. */
const LOOK_MS = 200;

const toolsSchema = z.object({ tools: z.array(z.unknown()) });

/** Starts a gateway with many servers at once, of which one never answers. */
export const crowd = async (): Promise<Section> => {
  const names = Array.from({ length: SERVERS - 1 }, (_, index) => `tiny-${index + 1}`);
  const servers = {
    [HANGING_NAME]: HANGING,
    ...Object.fromEntries(names.map((name) => [name, TINY])),
  };
  const seeded = await seed(makeRoot(), servers, () => true);
  const faults: string[] = [];

  const began = performance.now();
  const gateway = await RunningGateway.start(seeded);
  const listeningMs = performance.now() - began;
  const client = await gateway.client();
  const list = async (): Promise<{ tools: number; tookMs: number }> => {
    const asked = performance.now();
    const { tools } = toolsSchema.parse(await client.request("tools/list", {}));
    return { tools: tools.length, tookMs: performance.now() - asked };
  };
  const first = await list();
  const isUp = await until(async () => (await countReady(gateway)) === SERVERS - 1, UP_MS, LOOK_MS);
  const upMs = performance.now() - began;
  const last = await list();
  const hanging = await gateway.state(HANGING_NAME);
  await gateway.serving.end("SIGTERM");

  if (!isUp) faults.push(`not all of the ${SERVERS - 1} servers that work were up in ${ms(UP_MS)}`);
  if (hanging === "ready") faults.push("the server that hangs is said to be ready");
  for (const { tookMs } of [first, last]) {
    if (tookMs > LIST_MS) faults.push(`the list took ${ms(tookMs)} beside a server that hangs`);
  }
  const expected = (SERVERS - 1) * TOOLS;
  if (last.tools !== expected) faults.push(`the list has ${last.tools} of ${expected} tools`);
  return {
    name: "crowd",
    figures: [
      ["servers, of which one hangs", String(SERVERS)],
      ["start to listening", ms(listeningMs)],
      ["first list: time, tools", `${ms(first.tookMs)}, ${first.tools}`],
      ["start to all others up", ms(upMs)],
      ["last list: time, tools", `${ms(last.tookMs)}, ${last.tools}`],
      ["the one that hangs is", hanging],
    ],
    faults,
  };
};

const countReady = async (gateway: RunningGateway): Promise<number> =>
  [...(await gateway.states()).values()].filter((state) => state === "ready").length;

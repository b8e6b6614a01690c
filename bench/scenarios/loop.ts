import type { Era } from "../../e2e/fixtures/conformance/protocol.ts";
import type { Felt } from "../backup-probe.ts";
import { atMost, told } from "../figures.ts";
import { assertFresh, settingsOf } from "../fresh.ts";
import { connected, echoCall, eventually, timed } from "../measure.ts";
import { OurDirectory } from "../ours.ts";
import { ProbedGateway } from "../probed-gateway.ts";
import { WireClient } from "../wire.ts";
import type { Scenario } from "./scenario.ts";

const CALLERS = 32;
const DELAY_P99_MS = 10;
const DELAY_MOST_MS = 50;

/** How long the event loop of the gateway keeps waiting who wants something else of it, at full load. */
export const measureLoop: Scenario = async (stage) => {
  const count = stage.isQuick ? 3000 : 60_000;
  const directory = new OurDirectory(stage.root, "loop");
  const paths = { legacy: "/mcp", modern: "/modern" };
  const headers = new Map<Era, Record<string, string>>();
  for (const era of ["legacy", "modern"] as const) {
    directory.addServer(era, ["--url", `http://127.0.0.1:${stage.upstream.port}${paths[era]}`]);
    headers.set(era, directory.addProfile(era, [era]));
  }
  const gateway = await ProbedGateway.start(directory.dataDir, directory.env);
  const measureEra = async (era: Era): Promise<Felt & { perSecond: number }> => {
    stage.interrupted.throwIfAborted();
    stage.say(`${CALLERS} callers, ${era}`);
    const endpoint = { kind: "wire", url: `${gateway.url}/mcp/${era}`, era } as const;
    const client = await connected(
      () => new WireClient({ ...endpoint, headers: headers.get(era) }),
    );
    try {
      const call = echoCall(client, "echo");
      await eventually(call);
      await timed(count / 10, call, CALLERS);
      gateway.begin();
      const began = performance.now();
      await timed(count, call, CALLERS);
      const perSecond = (count * 1000) / (performance.now() - began);
      return { ...(await gateway.end()), perSecond };
    } finally {
      await client.close();
    }
  };
  try {
    const felt = { legacy: await measureEra("legacy"), modern: await measureEra("modern") };
    assertFresh(await settingsOf(directory.dataDir), stage.fresh);
    return {
      title: `Event loop at ${CALLERS} callers`,
      tables: [],
      notes: ["Measured inside the gateway; at rest it reads 1 ms."],
      figures: Object.entries(felt).flatMap(([era, { delayP99, delayMax, perSecond }]) => [
        atMost(`event loop, ${era}`, "delay p99", delayP99, DELAY_P99_MS, " ms"),
        atMost(`event loop, ${era}`, "delay at most", delayMax, DELAY_MOST_MS, " ms"),
        told(`event loop, ${era}`, "  at", `${perSecond.toFixed(0)} calls/s`),
      ]),
      data: felt,
    };
  } finally {
    await gateway.close();
  }
};

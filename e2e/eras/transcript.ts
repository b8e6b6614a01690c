/**
 * What a reader can follow of the work between the eras: with the published servers and our fixtures
 * in one profile, an elicitation, a sampling request and a cancelled call, by a client of each era
 * at a server of each. `node e2e/eras/transcript.ts [--out FILE]` after `npm run build`; every
 * message between the gateway and the parties is a line, and what is shown is checked: ends with 1
 * when anything is not as it has to be.
 */
import { writeFile } from "node:fs/promises";
import { z } from "zod";
import { atEnd, endAll, endOnSignals } from "../conformance/closing.ts";
import { McpClient } from "../fixtures/mcp-client.ts";
import { legacyCaller, modernCaller } from "./callers.ts";
import { cancellation, elicitation, sampling } from "./scenes.ts";
import { FIXTURES, type FixtureName, setStage } from "./stage.ts";
import { asLines, Timeline } from "./timeline.ts";
import { optionsOf } from "../../scripts/options.ts";

const SCENES = {
  "an elicitation": elicitation,
  "a sampling request": sampling,
  "a cancelled call": cancellation,
};

const lines: string[] = [];
const say = (line: string): void => {
  console.log(line);
  lines.push(line);
};

let failures = 0;
const check = (what: string, holds: boolean, detail = ""): void => {
  say(`  ${holds ? "ok    " : "FAILED"} ${what}${holds || detail === "" ? "" : `: ${detail}`}`);
  if (!holds) failures += 1;
};

const toolsAnswer = z.object({ tools: z.array(z.object({ name: z.string() })) });

/** Finds the names that tools have in the profile, where the three fixtures have the same ones. */
const namesIn = async (client: McpClient) => {
  const { tools } = toolsAnswer.parse(await client.request("tools/list", {}));
  return (server: FixtureName, tool: string): string => {
    const name = `${server}_${tool}`;
    if (!tools.some((one) => one.name === name)) throw new Error(`${name} is not listed`);
    return name;
  };
};

const play = async (): Promise<void> => {
  const timeline = new Timeline();
  atEnd(() => Promise.resolve(timeline.close()));
  const stage = await setStage(timeline);
  say(`${stage.published.length} published servers: ${stage.published.join(", ")}`);
  say(`and the fixtures ${FIXTURES.join(", ")}; all are ready, in one profile.`);

  const watcher = new McpClient(stage.url);
  await watcher.initialize();
  const nameOf = await namesIn(watcher);
  // Of each era one that calls and one that only listens, and must hear nothing of it.
  const callers = [
    await legacyCaller("legacy-client", await stage.addressFor("legacy-client")),
    await modernCaller("modern-client", await stage.addressFor("modern-client")),
  ];
  const others = [
    await legacyCaller("legacy-other", await stage.addressFor("legacy-other")),
    await modernCaller("modern-other", await stage.addressFor("modern-other")),
  ];
  for (const one of [...callers, ...others]) atEnd(() => one.close());

  let scenes = 0;
  for (const [title, scene] of Object.entries(SCENES)) {
    for (const caller of callers) {
      for (const server of FIXTURES) {
        scenes += 1;
        say(`\n${scenes}. ${title}: ${caller.name} at ${server}`);
        const from = timeline.moments.length;
        const checks: Parameters<typeof check>[] = [];
        await scene({
          timeline,
          caller,
          server,
          tool: (name) => nameOf(server, name),
          watcher,
          mark: `mark-${scenes}`,
          check: (...args) => checks.push(args),
        });
        for (const line of asLines(timeline.moments.slice(from))) say(line);
        for (const one of checks) check(...one);
      }
    }
  }
  say(failures === 0 ? `\nall ${scenes} as it has to be` : `\n${failures} failed`);
};

const { out } = optionsOf({ options: { out: { type: "string" } } }).values;
endOnSignals();
try {
  await play();
} catch (error) {
  check("the transcript was played to its end", false, String(error));
} finally {
  await endAll();
}
if (out !== undefined) await writeFile(out, `${lines.join("\n")}\n`);
process.exitCode = failures === 0 ? 0 : 1;

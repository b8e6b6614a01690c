import { z } from "zod";
import type { Link, Recorded } from "../wire/record.ts";
import { validate, type Invalid } from "../wire/validate.ts";
import type { Section } from "./section.ts";

const named = z.object({ name: z.string() });
const callSchema = z.object({ method: z.literal("tools/call"), params: named });
const listSchema = z.object({ result: z.object({ tools: z.array(named) }) });

/** How much of a message a fault shows, characters. */
const SHOWN = 300;

const describe = (sender: string, { recorded, revision, definition, faults }: Invalid): string => {
  const shown = JSON.stringify(recorded.message).slice(0, SHOWN);
  const where = `${recorded.carrier}, towards the ${recorded.from === "client" ? "server" : "client"}`;
  return `${sender} sent no valid ${definition} of ${revision} (${where}): ${faults.join("; ")}: ${shown}`;
};

/** Tools that the server has and clients called, without a call that reached the server. */
const unreached = (recorded: Recorded[]): string[] => {
  const called = (link: Link) =>
    new Set(recorded.filter((one) => one.link === link).map(({ message }) => calledTool(message)));
  const listed = recorded
    .filter(({ link, from }) => link === "server" && from === "server")
    .flatMap(({ message }) => listedTools(message));
  const [asked, reached] = [called("client"), called("server")];
  return [...new Set(listed)]
    .filter((name) => asked.has(name) && !reached.has(name))
    .map((name) => `clients called ${name}, and no call of it reached the server`);
};

const calledTool = (message: unknown): string | null => {
  const parsed = callSchema.safeParse(message);
  return parsed.success ? parsed.data.params.name : null;
};

const listedTools = (message: unknown): string[] => {
  const parsed = listSchema.safeParse(message);
  return parsed.success ? parsed.data.result.tools.map(({ name }) => name) : [];
};

/**
 * Holds recordings to the schemas, each for itself.
 *
 * @param server whose the server behind the gateway is: the suite's own are wrong on purpose
 */
export const checkWire = (
  title: string,
  recordings: Recorded[][],
  server: "fixture" | "suite",
): Section => {
  const verdicts = recordings.map(validate);
  const validated = verdicts.reduce((sum, verdict) => sum + verdict.validated, 0);
  const invalid = verdicts.flatMap((verdict) => verdict.invalid);
  const relayed = verdicts.reduce((sum, verdict) => sum + verdict.relayed, 0);
  const fromServer = server === "suite" ? [] : verdicts.flatMap((verdict) => verdict.fromServer);
  return {
    title: `${title} · wire`,
    rows: [],
    summary:
      `${validated} messages validated, ${invalid.length} invalid` +
      (relayed === 0 ? "" : ` (${relayed} passed on as they came)`),
    faults: [
      ...(validated === 0 ? ["no message was recorded"] : []),
      ...(server === "suite" ? [] : recordings.flatMap(unreached)),
      ...invalid.map((one) => describe("the gateway", one)),
      ...fromServer.map((one) => describe("the fixture", one)),
    ],
  };
};

import type { ServerState } from "@local-mcp/contract";
import { z } from "zod";
import { eventually } from "../command-line.ts";

/** A server in one of these has been started, and has said what it says. */
const TRIED: readonly ServerState[] = [
  "ready",
  "failed",
  "retrying",
  "needs_sign_in",
  // Nobody has agreed to it, and nobody will.
  "unconfirmed",
];
const WITHIN_MS = 60_000;

const servers = z.array(
  z.object({ enabled: z.boolean(), status: z.object({ state: z.string() }) }),
);

/** Waits until every server that is on was tried. @throws Error where one never is */
export const untilTried = async (list: () => Promise<unknown>): Promise<void> => {
  const done = await eventually(async () => {
    const on = servers.parse(await list()).filter(({ enabled }) => enabled);
    return on.every(({ status }) => TRIED.some((state) => state === status.state)) || undefined;
  }, WITHIN_MS);
  if (done === undefined) throw new Error("not every server was tried");
};

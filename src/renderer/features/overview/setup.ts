import type { ClientView, ServerView, TokenView } from "@local-mcp/contract";
import { create } from "zustand";
import { persist } from "zustand/middleware";
import { count } from "../../components/time.ts";
import { isWell, lineAfterTitle } from "../servers/trouble.ts";

interface SetupState {
  /** What a person has done with the three steps; they never return after that. */
  state: "open" | "done" | "skipped";
}

export const useSetup = create<SetupState>()(
  persist((): SetupState => ({ state: "open" }), { name: "setup" }),
);

export function rememberSetup(state: SetupState["state"]): void {
  useSetup.setState({ state });
}

interface Facts {
  servers: readonly ServerView[];
  clients: readonly ClientView[];
  tokens: readonly TokenView[];
  /** Of the gateway, ms since 1970. What clients did before is known only by their tokens. */
  startedAt: number;
}

/** Whether there is no server yet, or nobody has ever called a tool. */
export function isFirstUse({ servers, clients, tokens, startedAt }: Facts): boolean {
  const calledBefore = tokens.some(
    ({ rights, lastUsedAt }) =>
      rights.includes("use") && lastUsedAt !== null && lastUsedAt < startedAt,
  );
  return servers.length === 0 || !(calledBefore || hasCalled(clients));
}

export const hasCalled = (clients: readonly ClientView[]): boolean =>
  clients.some(({ firstCall }) => firstCall !== null);

export const STEPS = ["add", "start", "connect"] as const;
export type Step = (typeof STEPS)[number];

/** Which steps are done, from what is there and what was observed. */
export function stepsDone(
  servers: readonly ServerView[],
  clients: readonly ClientView[],
): Record<Step, boolean> {
  const settled = servers.every(
    ({ status }) => !["unconfirmed", "starting"].includes(status.state),
  );
  return {
    add: servers.length > 0,
    start: settled && servers.some(isWell),
    connect: hasCalled(clients),
  };
}

/** “5 ready, 41 tools · postgres: “uvx” was not found.”. */
export function startSummary(servers: readonly ServerView[]): string {
  const usable = servers.filter(isWell);
  const starting = servers.filter(({ status }) => status.state === "starting").length;
  const waiting = servers.filter(({ status }) => status.state === "unconfirmed").length;
  const failed = servers.filter(({ status }) =>
    ["failed", "retrying", "needs_sign_in", "locked"].includes(status.state),
  );
  const tools = usable.reduce((sum, { counts }) => sum + counts.tools, 0);
  const parts = [
    usable.length > 0 ? `${usable.length} ready, ${count(tools, "tool")}` : null,
    starting > 0 ? `${starting} starting` : null,
    waiting > 0 ? `${waiting} not started yet` : null,
    failed.length === 1 ? failed.map((one) => `${one.title}${lineAfterTitle(one)}`).join() : null,
    failed.length > 1 ? `${failed.length} are not ready` : null,
  ];
  return parts.filter((part) => part !== null).join(" · ");
}

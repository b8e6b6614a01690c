import { gatewayStatus } from "@local-mcp/contract";
import { pause } from "../command-line.ts";
import { TROUBLES } from "../fixtures/authorization-server.ts";
import { ask } from "../fixtures/conformance/modern-client.ts";
import { isRecord } from "../fixtures/json-rpc.ts";
import { keepCalling, newTally, type Tally } from "./callers.ts";
import { Served } from "./served.ts";
import type { Stage, Subject } from "./stage.ts";

/** Access tokens that live for five minutes are renewed so often in an hour. */
const RENEWALS_IN_AN_HOUR = 12;
const MINUTES_OF_A_TOKEN = 5;
const TWO_HOURS_MS = 2 * 60 * 60_000;
const POLL_MS = 100;
/** Callers of each era at each server. */
const CALLERS = 3;
/** No token request was under way for so long, ms: what came is stored, */
const QUIET_MS = 150;
/** and the next is not due for a while yet: less of the life of tokens has gone by. */
const QUIET_PART = 0.5;
/** So many failures are told from none. */
const ENOUGH_FAILURES = 100;
/** Before it is said that access is not renewed often enough, as a multiple of the time. */
const PATIENCE = 4;
/** For how long a quiet moment is waited for, ms. */
const QUIET_WITHIN_MS = 30_000;

export interface HourOptions {
  /** Of access tokens. */
  seconds: number;
  /** How long the gateway is used at least, ms. */
  forMs: number;
}

/** What an hour has come to at one server. */
export interface Hour {
  subject: Subject;
  tally: Tally;
  renewals: number;
  /** Token requests that were failed on purpose. */
  troubled: number;
  restarts: number;
  jumps: number;
  /** States of the sign-in, or of the server, that a person should not have seen. */
  wrongStates: string[];
  /** Calls that the server carried out more than once. */
  repeated: string[];
}

/** What is done to the gateway and the authorization servers meanwhile, over and over. */
type Event = "unavailable" | "cut" | "killed" | "forward" | "back" | "SIGKILL" | "SIGTERM";
const EVENTS: Event[] = [
  "unavailable",
  "forward",
  "SIGKILL",
  "cut",
  "back",
  // While the authorization servers are away, and access is asked for in vain.
  "killed",
  "SIGTERM",
];
/** How long an authorization server is away, as a part of the life of its tokens. */
const OUTAGE_PART = 0.7;

export async function hour(stage: Stage, { seconds, forMs }: HourOptions): Promise<Hour[]> {
  const served = await Served.start(stage);
  const stop = new AbortController();
  const hours = stage.subjects.map((subject) => begin(subject));
  const work = [
    watch(stage, served, hours, stop.signal),
    ...hours.flatMap(({ subject, tally }) =>
      Array.from({ length: CALLERS }, (_, at) => at).flatMap((at) =>
        (["legacy", "modern"] as const).map((era) =>
          keepCalling(stage, subject, served, tally, {
            era,
            id: `${subject.era}-${era}-${at}`,
            stop: stop.signal,
          }),
        ),
      ),
    ),
  ];
  const began = performance.now();
  const isOver = (turn: number): boolean => {
    const elapsed = performance.now() - began;
    const isWhole = stage.subjects.every(
      (one) => renewalsOf(one) >= RENEWALS_IN_AN_HOUR && one.authorization.counts.troubled > 0,
    );
    const isLost = hours.some(({ tally }) => tally.failures.length > ENOUGH_FAILURES);
    return (
      isLost || elapsed > forMs * PATIENCE || (isWhole && elapsed > forMs && turn >= EVENTS.length)
    );
  };
  const restart = async (signal: "SIGTERM" | "SIGKILL"): Promise<void> => {
    await served.restart(signal);
    for (const one of hours) one.restarts += 1;
  };
  let clock = 0;
  for (let turn = 0; !isOver(turn); turn += 1) {
    const event = EVENTS[turn % EVENTS.length] ?? "unavailable";
    switch (event) {
      case "unavailable":
      case "cut":
        await outage(stage, event, () => pause(seconds * 1000 * OUTAGE_PART));
        break;
      case "killed":
        await outage(stage, "unavailable", async () => {
          await pause(seconds * 1000);
          await restart("SIGKILL");
        });
        break;
      case "forward":
      case "back":
        clock += event === "forward" ? TWO_HOURS_MS : -TWO_HOURS_MS;
        served.setClock(clock);
        for (const one of hours) one.jumps += 1;
        break;
      case "SIGKILL":
        await quiet(stage, seconds * 1000 * QUIET_PART);
        await restart(event);
        break;
      default:
        // It waits itself for an answer that is on its way.
        await restart(event);
    }
    await pause(seconds * 1000);
  }
  stop.abort();
  await Promise.all(work);
  for (const one of hours) await finish(stage, served, one);
  return hours;
}

const renewalsOf = ({ authorization }: Subject): number =>
  authorization.counts.granted.refresh_token ?? 0;

const begin = (subject: Subject): Hour => ({
  subject,
  tally: newTally(),
  renewals: 0,
  troubled: 0,
  restarts: 0,
  jumps: 0,
  wrongStates: [],
  repeated: [],
});

async function outage(
  { subjects }: Stage,
  kind: "unavailable" | "cut",
  meanwhile: () => Promise<void>,
): Promise<void> {
  for (const { authorization } of subjects) {
    authorization.trouble({ fault: TROUBLES[kind], at: "token" });
  }
  await meanwhile();
  for (const { authorization } of subjects) authorization.calm();
}

/**
 * Until no answer with new tokens is on its way: whoever is killed before it is stored has lost what
 * nobody can give again.
 */
async function quiet({ subjects }: Stage, mostMs: number): Promise<void> {
  const ends = performance.now() + QUIET_WITHIN_MS;
  const isQuiet = ({ authorization }: Subject): boolean => {
    const quietMs = authorization.tokensQuietForMs();
    return quietMs > QUIET_MS && quietMs < mostMs;
  };
  while (!subjects.every(isQuiet)) {
    if (performance.now() > ends) throw new Error("tokens are asked for all the time");
    await pause(5);
  }
}

/** Looks at what a person would see, all the time. */
async function watch(
  { token }: Stage,
  served: Served,
  hours: readonly Hour[],
  stop: AbortSignal,
): Promise<void> {
  const headers = { authorization: `Bearer ${token}` };
  while (!stop.aborted) {
    const began = performance.now();
    try {
      const response = await fetch(`${served.url}/api/status`, { headers });
      const { servers } = gatewayStatus.parse(await response.json());
      for (const { subject, wrongStates } of hours) {
        const status = servers.find(({ name }) => name === subject.name)?.status;
        const state = status?.signIn?.state ?? "unknown";
        if (state === "signed_in" || state === "refreshing") continue;
        wrongStates.push(`${state}: ${status?.signIn?.message} (${status?.reason?.message})`);
      }
    } catch (error) {
      if (!served.wasAwaySince(began)) throw error;
    }
    await pause(POLL_MS);
  }
}

async function finish({ token }: Stage, served: Served, one: Hour): Promise<void> {
  const { subject } = one;
  const { counts } = subject.authorization;
  one.renewals = renewalsOf(subject);
  one.troubled = counts.troubled;
  const { result } = await ask(
    `${served.url}/mcp/${subject.name}`,
    "tools/call",
    { name: "conformance_log", arguments: {} },
    { headers: { authorization: `Bearer ${token}` } },
  );
  const log = isRecord(result.structuredContent) ? result.structuredContent.started : null;
  if (Array.isArray(log)) {
    one.repeated = log.map(String).filter((text, at, all) => all.indexOf(text) !== at);
  } else one.tally.failures.push("at the end nobody is answered any more");
}

/** What is wrong with it, a sentence each. */
export function faultsOf({ subject, tally, renewals, wrongStates, ...one }: Hour): string[] {
  const { refreshTokensUsedTwice: twice } = subject.authorization.counts;
  const faults = [
    ...tally.failures,
    ...wrongStates,
    ...one.repeated.map((text) => `${text} ran twice`),
  ];
  if (twice > 0) faults.push(`refresh tokens were used twice, ${twice} times`);
  if (renewals < RENEWALS_IN_AN_HOUR) {
    faults.push(`access was renewed ${renewals} times, not ${RENEWALS_IN_AN_HOUR} as in an hour`);
  }
  if (one.troubled === 0) faults.push("its authorization server was never away when asked");
  if (tally.calls === 0) faults.push("nobody was answered");
  return faults.map((fault) => `${subject.name}: ${fault}`);
}

export const HEADING = [
  "server",
  "simulated",
  "calls",
  "slowest",
  "renewals",
  "restarts",
  "jumps",
  "troubled",
  "cut",
  "failures",
  "wrong states",
  "used twice",
];

/** Its line of the table. */
export function lineOf({ subject, tally, ...one }: Hour): string[] {
  const minutes = one.renewals * MINUTES_OF_A_TOKEN;
  return [
    subject.name,
    `${Math.floor(minutes / 60)} h ${minutes % 60} min`,
    tally.calls,
    `${(tally.slowestMs / 1000).toFixed(1)} s`,
    one.renewals,
    one.restarts,
    one.jumps,
    one.troubled,
    tally.cut,
    tally.failures.length,
    one.wrongStates.length,
    subject.authorization.counts.refreshTokensUsedTwice,
  ].map(String);
}

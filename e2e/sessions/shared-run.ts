import { pause } from "../command-line.ts";
import { atEnd } from "../conformance/closing.ts";
import { isRecord } from "../fixtures/json-rpc.ts";
import { HttpError, type McpClient } from "../fixtures/mcp-client.ts";
import type { SharedEngine } from "../gateway/shared-engines.ts";
import { Member, stage } from "./shared-stage.ts";
import { call, newTally, type Tally, WanderingClient } from "./wandering-client.ts";

export interface Form {
  clients: number;
  /** How often a gateway is killed. */
  kills: number;
  storeAwayMs: number;
}

interface SharedRun {
  figures: [what: string, value: string][];
  /** What is wrong, a sentence each; none where the run has passed. */
  faults: string[];
}

const MEMBERS = 3;
/** Of each call at its server, ms. */
const CALL_MS = 30;
/** Between a kill, the start after it, and the next kill, ms. */
const BETWEEN_MS = 600;

/** One run on one engine, which is stopped at the end. */
export async function sharedRun(engine: SharedEngine, form: Form): Promise<SharedRun> {
  atEnd(() => engine.stop());
  const { env, tokens, restored } = await stage();
  const shared = { ...env, ...(await engine.fresh()) };
  const members: Member[] = [];
  for (let count = 1; count <= MEMBERS; count += 1) {
    const member = new Member(await restored(`member-${count}`), shared);
    await member.start();
    members.push(member);
  }
  let isStoreAway = false;
  const tally = newTally();
  const options = { tally, isStoreAway: () => isStoreAway };
  const clients = Array.from(
    { length: form.clients },
    (_, index) =>
      new WanderingClient(members, { ...options, token: tokens[index % 2 === 0 ? 0 : 1] }),
  );
  await Promise.all(clients.map((client) => client.open()));

  const load = new Load(clients);
  for (let kill = 0; kill < form.kills; kill += 1) {
    await pause(BETWEEN_MS);
    const member = members[kill % MEMBERS];
    await member?.kill();
    await pause(BETWEEN_MS);
    await member?.start();
  }
  await pause(BETWEEN_MS);
  isStoreAway = true;
  await engine.kill();
  await pause(form.storeAwayMs);
  await engine.start();
  const back = performance.now();
  await untilServed(clients, members);
  const backAfter = performance.now() - back;
  isStoreAway = false;
  await pause(BETWEEN_MS);
  await load.stop();

  const lost = await lostSessions(clients, members);
  const twice = await calledTwice(clients, members, tally);
  const revoked = await revokedAfter(
    members,
    clients.filter((_, index) => index % 2 === 1),
  );
  const faults = [...tally.faults, ...lost, ...twice];
  return {
    faults,
    figures: [
      ["sessions over 3 gateways", String(form.clients)],
      ["gateways killed with SIGKILL", String(form.kills)],
      ["requests answered", String(tally.answered)],
      ["failed with their gateway, seen by the client", String(tally.failedWithTheirGateway)],
      ["failed at their server, and said so", String(tally.failedAtTheirServer)],
      ["store killed and away", `${form.storeAwayMs} ms`],
      ["refused meanwhile, with its name", String(tally.refusedForTheStore)],
      ["served again after its start", `${backAfter.toFixed(0)} ms`],
      ["calls", String(tally.texts.length)],
      ["calls that came to the server twice", String(twice.length)],
      ["sessions, levels or subscriptions lost", String(lost.length)],
      ["a revoked token had ended everywhere after", `${revoked.toFixed(0)} ms`],
    ],
  };
}

/** All clients call and subscribe without end, each one thing after the other. */
class Load {
  readonly #running: Promise<unknown>;
  #isOver = false;

  constructor(clients: readonly WanderingClient[]) {
    this.#running = Promise.all(clients.map((client) => this.#run(client)));
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  async #run(client: WanderingClient): Promise<void> {
    for (let round = 0; !this.#isOver; round += 1) {
      await client.call(CALL_MS);
      if (round % 10 === 0) await client.subscribe(`test://template/${round}/data`);
    }
  }
}

const requestOk = async (client: McpClient): Promise<boolean> => {
  try {
    // The load has ids of its own.
    await client.request("ping", {}, { id: `ping-${client.url}` });
    return true;
  } catch {
    return false;
  }
};

/** Each session is served by each gateway again. */
async function untilServed(
  clients: readonly WanderingClient[],
  members: readonly Member[],
): Promise<void> {
  const served = clients.flatMap((client) =>
    members.map(async (member) => {
      while (!(await requestOk(client.at(member)))) await pause(50);
    }),
  );
  await Promise.all(served);
}

/** Of each session what it had set, as each gateway has it now. */
async function lostSessions(
  clients: readonly WanderingClient[],
  members: readonly Member[],
): Promise<string[]> {
  const lost: string[] = [];
  for (const client of clients) {
    for (const [index, member] of members.entries()) {
      const logged: unknown[] = [];
      try {
        await client.at(member).request("tools/call", call("test_logging_tool"), {
          onNotification: ({ method }) => {
            if (method === "notifications/message") logged.push(method);
          },
        });
      } catch (error) {
        lost.push(`gateway ${index + 1} has no session ${client.sessionId}: ${String(error)}`);
      }
      if (logged.length > 0) lost.push(`gateway ${index + 1} has lost the level of a session`);
    }
  }
  const subscribed = await subscriptionsOf(members);
  for (const { sessionId, subscribed: wanted } of clients) {
    const stored = subscribed.get(sessionId) ?? new Set();
    const missing = [...wanted].filter((uri) => !stored.has(uri));
    if (missing.length > 0) lost.push(`session ${sessionId} has lost ${missing.join(", ")}`);
  }
  return lost;
}

/** By session, as the command shows them. */
async function subscriptionsOf([member]: readonly Member[]): Promise<Map<string, Set<unknown>>> {
  const listed: unknown = JSON.parse(
    (await member?.command("sessions", "list", "--json")) ?? "null",
  );
  const sessions: unknown[] =
    isRecord(listed) && Array.isArray(listed.sessions) ? listed.sessions : [];
  return new Map(
    sessions
      .filter(isRecord)
      .map(({ id, subscriptions }) => [
        String(id),
        new Set<unknown>(Array.isArray(subscriptions) ? subscriptions : []),
      ]),
  );
}

/** What the server says of its calls: none came twice, whatever happened on the way. */
async function calledTwice(
  [client]: readonly WanderingClient[],
  [member]: readonly Member[],
  { texts }: Tally,
): Promise<string[]> {
  if (!client || !member) return [];
  const result = await client.at(member).request("tools/call", call("conformance_log"));
  const log = isRecord(result) ? result.structuredContent : undefined;
  const started: unknown[] = isRecord(log) && Array.isArray(log.started) ? log.started : [];
  const times = new Map<unknown, number>();
  for (const text of started) times.set(text, (times.get(text) ?? 0) + 1);
  return texts.filter((text) => (times.get(text) ?? 0) > 1).map((text) => `${text} came twice`);
}

/** Revokes a token at one gateway; resolves when every session of it has ended at every other, ms. */
async function revokedAfter(
  members: readonly Member[],
  clients: readonly WanderingClient[],
): Promise<number> {
  const [first, ...others] = members;
  const streams = await Promise.all(
    clients.map(async (client, index) => {
      const member = others[index % others.length];
      if (!member) throw new Error("there are others");
      return client.at(member).listen(() => {});
    }),
  );
  await first?.command("tokens", "revoke", "goes");
  const began = performance.now();
  await Promise.all(streams.map(({ done }) => done));
  for (const client of clients) {
    for (const member of members) {
      while (!(await isRefused(client.at(member)))) await pause(5);
    }
  }
  return performance.now() - began;
}

/** Whoever comes with tokens that are not valid again and again is held back. */
const REFUSED = [401, 429];

const isRefused = async (client: McpClient): Promise<boolean> => {
  try {
    await client.request("ping");
    return false;
  } catch (error) {
    return error instanceof HttpError && REFUSED.includes(error.status);
  }
};

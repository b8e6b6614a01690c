import { CLI, pause } from "../command-line.ts";
import { answerOf } from "../fixtures/conformance/modern-client.ts";
import { isRecord } from "../fixtures/json-rpc.ts";
import type { McpClient } from "../fixtures/mcp-client.ts";
import { StdioClient } from "../fixtures/stdio-client.ts";
import { type Endpoint, ModernCaller, openSession, takeOver } from "./callers.ts";
import { ALL, type Provoked } from "./provoked.ts";
import { bigCall, call, expectBig, expectSame, nextQuestion, textOf } from "./questions.ts";
import type { Random } from "./random.ts";
import { ERAS, FIXTURES, PROFILES, SIGNED_IN, STEADY } from "./stage.ts";
import { type Tally, WrongAnswer } from "./tally.ts";

/** What all clients have. */
export interface Around {
  at: (profile: string) => Endpoint;
  tally: Tally;
  provoked: Provoked;
  /** Aborted when the traffic is over. */
  over: AbortSignal;
  random: Random;
}

/** Between two questions of one client at most, ms. */
const PAUSE_MS = 150;
/** Of one client, after which it is followed by another. */
const MOST_QUESTIONS = 60;
const PROBE_PAUSE_MS = 25;
/** How long a slow reader leaves a stream alone, ms. */
const UNREAD_MS = 4000;
/** How long it may take until a change is heard of, ms. */
const HEARD_MS = 15_000;
const AGAIN_MS = 500;
/** Of a call that nobody waits for until its end, ms. */
const LONG_MS = 20_000;
/** What a conformance server says when it is asked for a simple text. */
const SIMPLE_TEXT = "A plain text, for tests.";
const TRIGGER = "test_trigger_resource_update";
/** Servers with a resource that changes when it is asked to. */
const WATCHED = [...ERAS, SIGNED_IN];
const UPDATED = "notifications/resources/updated";

/** Lets others go first, and gives up waiting when the traffic is over. */
const rest = (ms: number, over: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      over.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    over.addEventListener("abort", end, { once: true });
  });

/** A legacy client after the other: each asks, and then says goodbye, vanishes or is followed on its session. */
export const legacyClients = async (around: Around): Promise<void> => {
  const { at, tally, over, random } = around;
  while (!over.aborted) {
    const profile = random.pick(Object.keys(PROFILES));
    const endpoint = at(profile);
    let client: McpClient | null = null;
    const isOpen = await tally.note("initialize", ALL, async () => {
      client = await openSession(endpoint);
    });
    if (!isOpen || client === null) {
      await rest(AGAIN_MS, over);
      continue;
    }
    await legacyLife(around, profile, client);
  }
};

const legacyLife = async (around: Around, profile: string, first: McpClient): Promise<void> => {
  const { at, tally, over, random } = around;
  let client = first;
  const questions = random.between(5, MOST_QUESTIONS);
  for (let asked = 0; asked < questions && !over.aborted; asked += 1) {
    const question = nextQuestion(random, PROFILES[profile] ?? []);
    const isRight = await tally.note(question.what, question.server, () => question.ask(client));
    // A session that was idle through a restore is over, which a client is told and opens another.
    const isOver = !isRight && (await client.request("ping").catch(() => null)) === null;
    if (isOver) return;
    if (random.isLucky(0.05)) {
      // It breaks off with a stream open, and comes back as another program.
      const stream = await client.listen(() => {}).catch(() => null);
      await stream?.close();
      client = takeOver(at(profile), client);
    }
    await rest(random.between(0, PAUSE_MS), over);
  }
  if (random.isLucky(0.5)) {
    await tally.note("goodbye", ALL, async () => expectSame((await client.delete()) < 300, true));
  }
};

export const modernClients = async ({ at, tally, over, random }: Around): Promise<void> => {
  while (!over.aborted) {
    const profile = random.pick(Object.keys(PROFILES));
    const client = new ModernCaller(at(profile));
    const questions = random.between(5, MOST_QUESTIONS);
    for (let asked = 0; asked < questions && !over.aborted; asked += 1) {
      const question = nextQuestion(random, PROFILES[profile] ?? []);
      await tally.note(`${question.what}, modern`, question.server, () => question.ask(client));
      await rest(random.between(0, PAUSE_MS), over);
    }
  }
};

/** One client that starts the bridge, as a desktop program does. */
export const bridgedClients = async (
  { tally, over, random }: Around,
  dataDir: string,
): Promise<void> => {
  while (!over.aborted) {
    const args = [CLI, "bridge", "--profile", "fixtures", "--data-dir", dataDir];
    const bridge = new StdioClient({ command: process.execPath, args });
    const questions = random.between(20, MOST_QUESTIONS);
    try {
      await tally.note("bridge, initialize", ALL, async () => void (await bridge.initialize()));
      for (let asked = 0; asked < questions && !over.aborted; asked += 1) {
        const question = nextQuestion(random, FIXTURES);
        await tally.note(`${question.what}, bridge`, question.server, () => question.ask(bridge));
        await rest(random.between(PAUSE_MS, 4 * PAUSE_MS), over);
      }
    } finally {
      await bridge.close();
    }
  }
};

/** A client of each era in turn that asks for much and reads nothing for a while. */
export const slowReaders = async ({ at, tally, over, random }: Around): Promise<void> => {
  const client = new ModernCaller(at("all"));
  while (!over.aborted) {
    const server = random.pick(FIXTURES);
    const isLeft = random.isLucky(0.5);
    await rest(AGAIN_MS, over);
    await tally.note(isLeft ? "big and left" : "big and read late", server, async () => {
      const response = await client.open("tools/call", bigCall(server));
      await rest(UNREAD_MS, over);
      if (isLeft) return response.body?.cancel();
      const { result, error } = await answerOf(response);
      if (error) throw new Error(error.message);
      expectBig(result);
    });
    await tally.note("stream left unread", ALL, async () => {
      const notifications = { toolsListChanged: true, resourceSubscriptions: ["test://any"] };
      const response = await client.open("subscriptions/listen", { notifications });
      expectSame(response.status, 200);
      await rest(UNREAD_MS, over);
      await response.body?.cancel();
    });
    const quiet = at("fixtures");
    await tally.note("get stream left unread", ALL, async () => {
      const session = await openSession(quiet);
      const headers = {
        ...quiet.headers,
        accept: "text/event-stream",
        "mcp-session-id": session.sessionId ?? "",
        "mcp-protocol-version": session.protocolVersion ?? "",
      };
      const response = await fetch(quiet.url, { headers });
      expectSame(response.status, 200);
      await rest(UNREAD_MS, over);
      await response.body?.cancel();
    });
  }
};

/** Calls are cancelled in the way of each era, and the server has to hear of it. */
export const cancellingClients = async ({ at, tally, over, random }: Around): Promise<void> => {
  const modern = new ModernCaller(at("all"));
  for (let number = 0; !over.aborted; number += 1) {
    const server = random.pick(ERAS);
    const text = `cancelled-${number}-${random.between(0, 1e9)}`;
    const params = {
      ...call(server, "slow_echo", { ms: LONG_MS, text }),
      _meta: { progressToken: text },
    };
    const after = random.between(100, 800);
    const leave = new AbortController();
    const heard = async (list: "started" | "cancelled"): Promise<void> => {
      const end = performance.now() + HEARD_MS;
      for (;;) {
        const log = await modern.request("tools/call", call(server, "conformance_log"));
        textOf(log);
        const { structuredContent } = isRecord(log) ? log : {};
        const texts = isRecord(structuredContent) ? structuredContent[list] : [];
        if (Array.isArray(texts) && texts.includes(text)) return;
        if (performance.now() > end) throw new WrongAnswer(`${text} is not ${list}`);
        await pause(100);
      }
    };
    if (random.isLucky(0.5)) {
      await tally.note("cancelled, modern", server, async () => {
        const response = await modern.open("tools/call", params, leave.signal);
        await heard("started");
        await pause(after);
        leave.abort();
        await response.text().catch(() => "");
        await heard("cancelled");
      });
    } else {
      await tally.note("cancelled", server, async () => {
        const session = await openSession(at("all"));
        const { signal } = leave;
        const ended = session.request("tools/call", params, { id: text, signal }).catch(() => null);
        await heard("started");
        await pause(after);
        await session.notify("notifications/cancelled", { requestId: text });
        await heard("cancelled");
        leave.abort();
        await ended;
        await session.delete();
      });
    }
    leave.abort();
    await rest(random.between(500, 2000), over);
  }
};

/** Whoever subscribes hears of a change, in both eras. */
export const subscribers = async ({ at, tally, over, random }: Around): Promise<void> => {
  const modern = new ModernCaller(at("all"));
  /** Writes the resources until somebody has heard of them. */
  const untilHeard = async (heard: () => boolean): Promise<void> => {
    const end = performance.now() + HEARD_MS;
    while (!heard()) {
      for (const server of WATCHED) {
        textOf(await modern.request("tools/call", call(server, TRIGGER)));
      }
      await pause(AGAIN_MS);
      if (performance.now() > end) throw new WrongAnswer("no update was heard of");
    }
  };
  const watched = async (): Promise<string[]> => {
    const list = await modern.request("resources/list");
    const resources: unknown[] =
      isRecord(list) && Array.isArray(list.resources) ? list.resources : [];
    const uris = resources.map((one) => (isRecord(one) ? String(one.uri) : ""));
    return uris.filter((uri) => uri.includes("watched-resource"));
  };
  while (!over.aborted) {
    await tally.note("subscription", ALL, async () => {
      const session = await openSession(at("all"));
      const heard = new Set<string>();
      const stream = await session.listen(({ method, params }) => {
        if (method === UPDATED) heard.add(String(params?.uri));
      });
      // Where it breaks, closing it says so.
      stream.done.catch(() => {});
      try {
        const uris = await watched();
        expectSame(uris.length, WATCHED.length);
        for (const uri of uris) await session.request("resources/subscribe", { uri });
        await untilHeard(() => uris.every((uri) => heard.has(uri)));
        for (const uri of uris) await session.request("resources/unsubscribe", { uri });
      } finally {
        await stream.close();
      }
      if (random.isLucky(0.5)) await session.delete();
    });
    await tally.note("subscription, modern", ALL, async () => {
      const notifications = { resourceSubscriptions: await watched() };
      const leave = new AbortController();
      const { body } = await modern.open("subscriptions/listen", { notifications }, leave.signal);
      let said = "";
      const reading = (async () => {
        const decoder = new TextDecoder();
        for await (const chunk of body ?? []) said += decoder.decode(chunk, { stream: true });
      })().catch(() => {});
      try {
        await untilHeard(() => said.includes(UPDATED));
      } finally {
        leave.abort();
        await reading;
      }
    });
    await rest(random.between(500, 3000), over);
  }
};

/** Uses the server whose access ends every few seconds. */
export const signedInClient = async ({ at, tally, over }: Around): Promise<void> => {
  const modern = new ModernCaller(at("all"));
  while (!over.aborted) {
    await tally.note("signed in", SIGNED_IN, async () => {
      const said = textOf(await modern.request("tools/call", call(SIGNED_IN, "test_simple_text")));
      expectSame(said, SIMPLE_TEXT);
    });
    await rest(300, over);
  }
};

/** How long something took, and when it began, by performance.now(); ms. */
export interface Timed {
  at: number;
  ms: number;
}

/**
 * Times of the same call all the while; and of a request that meets no gateway, since the machine and
 * this process may get slower too.
 */
export class ProbeCalls {
  readonly times: Timed[] = [];
  readonly control: Timed[] = [];
  readonly #peer: string;

  /** @param peer an address that answers at once, whatever it says */
  constructor(peer: string) {
    this.#peer = peer;
  }

  async run({ at, tally, provoked, over }: Around): Promise<void> {
    const endpoint = at("all");
    let session: McpClient | null = null;
    for (let number = 0; !over.aborted; number += 1) {
      const began = performance.now();
      const isRight = await tally.note("probe", STEADY, async () => {
        session ??= await openSession(endpoint);
        const params = call(STEADY, "echo", { message: `probe ${number}` });
        const said = textOf(await session.request("tools/call", params));
        expectSame(said, `Echo: probe ${number}`);
      });
      if (!isRight) {
        session = null;
        await rest(AGAIN_MS, over);
      } else if (!provoked.met(STEADY, began)) {
        this.times.push({ at: began, ms: performance.now() - began });
        await this.#compare();
      }
      await rest(PROBE_PAUSE_MS, over);
    }
  }

  async #compare(): Promise<void> {
    const at = performance.now();
    await (await fetch(this.#peer)).text();
    this.control.push({ at, ms: performance.now() - at });
  }
}

import type { GatewayStatus, ServerStatus } from "@local-mcp/contract";

/** Something a person is told of outside the window. Holds no content of servers or clients. */
export interface Notice {
  /** One notification of a cause a day. */
  cause: string;
  title: string;
  body: string;
  /** Route that a click opens. */
  route: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;

interface Kind {
  name: string;
  applies: (status: ServerStatus) => boolean;
  one: (title: string) => string;
  many: (count: number) => string;
}

const KINDS: readonly Kind[] = [
  {
    name: "sign_in",
    // Whoever is on the way to it needs no telling.
    applies: ({ state, signIn }) => state === "needs_sign_in" && signIn?.state !== "waiting",
    one: (title) => `${title} needs you to sign in`,
    many: (count) => `${count} servers need you to sign in`,
  },
  {
    name: "stopped",
    applies: ({ state, reason }) => state === "failed" && reason?.code === "crash_loop",
    one: (title) => `${title} crashed repeatedly and was left stopped`,
    many: (count) => `${count} servers crashed repeatedly and were left stopped`,
  },
  {
    name: "tools_changed",
    applies: ({ flags }) => flags.includes("tools_changed"),
    one: (title) => `Tools of ${title} changed and are held back`,
    many: (count) => `Tools of ${count} servers changed and are held back`,
  },
];

/**
 * Decides what is worth a notification: only what needs a person, once a day for each cause, and
 * several servers with the same trouble together.
 */
export class Notifications {
  readonly #now: () => number;
  readonly #show: (notice: Notice) => void;
  readonly #lastShown: () => Record<string, number>;
  readonly #remember: (lastShown: Record<string, number>) => void;

  constructor(options: {
    now: () => number;
    show: (notice: Notice) => void;
    /** Cause → when it was shown, ms since 1970; kept over restarts. */
    lastShown: () => Record<string, number>;
    remember: (lastShown: Record<string, number>) => void;
  }) {
    this.#now = options.now;
    this.#show = options.show;
    this.#lastShown = options.lastShown;
    this.#remember = options.remember;
  }

  /** Call while no window shows what `status` says. */
  consider({ servers }: Pick<GatewayStatus, "servers">): void {
    for (const kind of KINDS) {
      const due = servers.filter(
        ({ id, status }) => kind.applies(status) && this.#isDue(`${kind.name}:${id}`, DAY_MS),
      );
      const [first] = due;
      if (!first) continue;
      this.#noteShown(due.map(({ id }) => `${kind.name}:${id}`));
      this.#show({
        cause: kind.name,
        title: due.length === 1 ? kind.one(first.title) : kind.many(due.length),
        body: "Open Local MCP Gateway to see what can be done.",
        route: due.length === 1 ? `/servers/${encodeURIComponent(first.id)}` : "/servers",
      });
    }
  }

  /** Shows what is to be said once and never again. */
  once(notice: Notice): void {
    if (!this.#isDue(notice.cause, Infinity)) return;
    this.#noteShown([notice.cause]);
    this.#show(notice);
  }

  #isDue(cause: string, everyMs: number): boolean {
    const last = this.#lastShown()[cause];
    return last === undefined || this.#now() - last >= everyMs;
  }

  #noteShown(causes: readonly string[]): void {
    const now = this.#now();
    // Causes of long ago would pile up with every server that ever was; "once" ones stay.
    const kept = Object.entries(this.#lastShown()).filter(
      ([cause, at]) => !cause.includes(":") || now - at < DAY_MS,
    );
    const added = causes.map((cause) => [cause, now] as const);
    this.#remember(Object.fromEntries([...kept, ...added]));
  }
}

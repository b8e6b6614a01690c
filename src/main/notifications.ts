import type { BackupJob, GatewayStatus, ServerStatus } from "@local-mcp/contract";

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
  /** Where it is on the page of the server. */
  at?: string;
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
    name: "tools_held",
    at: "/changes",
    applies: ({ heldTools }) => heldTools > 0,
    one: (title) => `Tools of ${title} changed and are held back`,
    many: (count) => `Tools of ${count} servers changed and are held back`,
  },
  {
    name: "tools_changed",
    at: "/changes",
    applies: ({ changedTools, heldTools }) => changedTools > 0 && heldTools === 0,
    one: (title) => `Tools of ${title} changed since you accepted them`,
    many: (count) => `Tools of ${count} servers changed since you accepted them`,
  },
];

/** What else needs a person, by the code of the status' warning: what it is about, and its title. */
const TROUBLES: ReadonlyMap<string, { about: "backup" | "logs"; title: string }> = new Map([
  ["backup_late", { about: "backup", title: "The last good backup is old" }],
  ["backup_never_made", { about: "backup", title: "No automatic backup could be made" }],
  [
    "backup_folder_unusable",
    { about: "backup", title: "The folder for backups cannot be written" },
  ],
  ["logs_stopped", { about: "logs", title: "Debug logs are not recorded" }],
]);
const TROUBLE_ROUTES = { backup: "/backups", logs: "/logs" };

/** What is told of a job that somebody began and looked away from. */
const JOBS: Partial<Record<BackupJob["kind"], { done: string; failed: string }>> = {
  create: { done: "The backup is made and verified", failed: "The backup was not made" },
  restore: { done: "The backup is restored", failed: "The backup was not restored" },
  undo: { done: "The restore is undone", failed: "The restore was not undone" },
};

const LOOK = "Open Local MCP Gateway to see what can be done.";

/**
 * Decides what is worth a notification: only what needs a person, once a day for each cause, and
 * several servers with the same trouble together.
 */
export class Notifications {
  readonly #now: () => number;
  readonly #show: (notice: Notice) => void;
  readonly #lastShown: () => Record<string, number>;
  /** The job that was under way when a window was last seen. */
  #begunHere: string | null = null;
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
        body: LOOK,
        route:
          due.length === 1
            ? `/servers/${encodeURIComponent(first.id)}${kind.at ?? ""}`
            : "/servers",
      });
    }
  }

  /** The same for backups that are not made and debug logs that are not recorded. */
  considerWarnings({ warnings }: Pick<GatewayStatus, "warnings">): void {
    for (const { code } of warnings) {
      const trouble = TROUBLES.get(code);
      if (trouble === undefined) continue;
      const { about, title } = trouble;
      const cause = `${about}:${code}`;
      if (!this.#isDue(cause, DAY_MS)) continue;
      this.#noteShown([cause]);
      this.#show({ cause, title, body: LOOK, route: TROUBLE_ROUTES[about] });
    }
  }

  /**
   * Call with each state of a job. One that ran while a window showed it, and ends while none does,
   * is told of; one that nobody began here, as the daily backup, is not.
   */
  followJob(job: BackupJob | null, isVisible: boolean): void {
    if (job?.state === "running") {
      if (isVisible) this.#begunHere = job.id;
      return;
    }
    if (job === null || job.id !== this.#begunHere) return;
    this.#begunHere = null;
    const words = JOBS[job.kind];
    if (isVisible || words === undefined || job.state === "cancelled") return;
    this.#show({
      cause: `job:${job.id}`,
      title: words[job.state],
      body: job.state === "done" ? "Clients go on as before." : LOOK,
      route: "/backups",
    });
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

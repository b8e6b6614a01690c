import {
  GatewayError,
  type LogCleared,
  type LogCount,
  type LogCountQuery,
  type LogDetail,
  type LogExportPart,
  type LogExportQuery,
  type LogFinding,
  type LogLevel,
  type LogLevelChoice,
  type LogMark,
  type LogNews,
  type LogReplay,
  type LogReplayed,
  type LogRow,
  type LogSession,
  type LogsPage,
  type LogsQuery,
  type LogState,
  type LogStats,
  parseLogQuery,
  type Settings,
} from "@local-mcp/contract";
import type { Engine } from "@local-mcp/engine";
import type { Events } from "../events.ts";
import type { ProfilesService } from "../profiles/profiles-service.ts";
import type { Asked } from "../traffic/thread.ts";
import { copyOf } from "./copy.ts";
import type { Untold, Written } from "./entries.ts";
import { namesOverBudget } from "./findings.ts";
import { Followers } from "./follow.ts";
import type { Filter, ReaderTasks } from "./reader/messages.ts";
import { callToRepeat, filterOf, nearest } from "./replay.ts";
import type { WriterTasks } from "./writer/messages.ts";

/** What records, as far as the API asks it. */
export interface Recording {
  /** Stores what waits, so that it is in what is read next. */
  flush(): Promise<void>;
  state(): Promise<LogState>;
  levels(): LogLevelChoice[];
  /** @throws GatewayError profile_not_found, server_not_found, validation_failed */
  setLevel(change: Omit<LogLevelChoice, "level"> & { level: LogLevel | null }): void;
  uncap(minutes: number): void;
  cap(): void;
  /** Tries at once whether it can be stored again, where that has failed. */
  tryAgain(): Promise<void>;
  /** Hides what matches at once, and begins to remove it. */
  clear(filter: string): Promise<LogCleared>;
}

export interface LogsServiceOptions {
  writer: Asked<WriterTasks>;
  reader: Asked<ReaderTasks>;
  recording: Recording;
  settings: () => Pick<Settings, "logLevel">;
  /** As what the gateway's own person is recorded. */
  ownName: string;
  profiles: Pick<ProfilesService, "list" | "callTool">;
  engine: Pick<Engine, "entries">;
  /** Where clients find the gateway. */
  address: () => string;
  /** Takes secrets out of a text. */
  redact: (text: string) => string;
  events: Pick<Events, "publish">;
  now?: () => number;
}

/** What the API asks of debug logs. Every filter is checked here, and nowhere behind. */
export class LogsService {
  readonly #options: LogsServiceOptions;
  readonly #followers = new Followers();

  constructor(options: LogsServiceOptions) {
    this.#options = options;
  }

  /** Told of each batch that was stored. */
  onWritten(written: Written): void {
    this.#followers.onWritten(written);
  }

  /** Told when rows were removed. */
  onRemoved(): void {
    this.#followers.onRemoved();
  }

  /** Told when the file is gone: rows of a new one have ids that were told of before. */
  onGone(): void {
    this.#followers.restart();
  }

  /** @throws GatewayError log_query_invalid, validation_failed, and what SQLite says of the file */
  list({ filter, ...query }: LogsQuery, signal?: AbortSignal): Promise<LogsPage> {
    const places = [query.before, query.after, query.index].filter((place) => place !== undefined);
    if (places.length > 1) {
      const detail = "Only one of “before”, “after” and “index” can be there.";
      throw new GatewayError("validation_failed", { detail });
    }
    return this.#read("page", { ...query, ...this.#filter(filter) }, signal);
  }

  /** @throws GatewayError as `list` */
  count({ filter, ...query }: LogCountQuery, signal?: AbortSignal): Promise<LogCount> {
    return this.#read("count", { ...query, ...this.#filter(filter) }, signal);
  }

  /**
   * What matches and comes from now on, a few times a second at most.
   *
   * @throws GatewayError as `list`
   */
  follow(filter: string, signal: AbortSignal | undefined): AsyncGenerator<LogNews> {
    this.#filter(filter);
    const asked = (written: Untold) => ({ ...this.#filter(filter), written });
    return this.#followers.follow(
      {
        begin: (nothing) => this.#read("news", asked(nothing), signal),
        read: (written) => this.#options.reader.ask("news", asked(written), signal),
      },
      signal,
    );
  }

  /** @throws GatewayError as `list` */
  stats(filter: string, signal?: AbortSignal): Promise<LogStats> {
    return this.#read("stats", this.#filter(filter), signal);
  }

  /** @throws GatewayError as `list` */
  sessions(filter: string, signal?: AbortSignal): Promise<LogSession[]> {
    return this.#read("sessions", this.#filter(filter), signal);
  }

  state(): Promise<LogState> {
    return this.#options.recording.state();
  }

  suggest(asked: { key: string; prefix: string }): Promise<string[]> {
    return this.#read("suggest", asked);
  }

  async findings(): Promise<LogFinding[]> {
    const { profiles, engine } = this.#options;
    const ofCatalog = namesOverBudget(profiles.list(), ({ id }) => engine.entries(id, "tool"));
    const { logLevel: standard } = this.#options.settings();
    return this.#read("findings", {
      now: this.#now(),
      ofCatalog,
      levels: this.levels(),
      standard,
    });
  }

  async dismiss(finding: string): Promise<void> {
    // Anything can be dismissed, whether it was found or not.
    const clean = this.#options.redact(finding);
    await this.#options.writer.ask("dismiss", { finding: clean, at: this.#now() });
    this.#changed();
  }

  /** @throws GatewayError as `list` */
  async export({ filter, ...query }: LogExportQuery, signal?: AbortSignal): Promise<LogExportPart> {
    const asked = { ...query, ...this.#filter(filter), address: this.#options.address() };
    return this.#read("exportPart", asked, signal);
  }

  levels(): LogLevelChoice[] {
    return this.#options.recording.levels();
  }

  /** @throws GatewayError profile_not_found, server_not_found, validation_failed */
  setLevel(change: Omit<LogLevelChoice, "level"> & { level: LogLevel | null }): void {
    if ((change.profile === undefined) === (change.server === undefined)) {
      const detail = "Name a profile or a server whose level it is to be: one of the two.";
      throw new GatewayError("validation_failed", { detail });
    }
    this.#options.recording.setLevel(change);
    this.#changed();
  }

  uncap(minutes: number): Promise<LogState> {
    this.#options.recording.uncap(minutes);
    return this.state();
  }

  cap(): Promise<LogState> {
    this.#options.recording.cap();
    return this.state();
  }

  async record(): Promise<LogState> {
    await this.#options.recording.tryAgain();
    return this.state();
  }

  /** @throws GatewayError as `list` */
  async clear(filter: string): Promise<LogCleared> {
    this.#filter(filter);
    await this.#options.recording.flush();
    const cleared = await this.#options.recording.clear(filter);
    this.onRemoved();
    this.#changed();
    return cleared;
  }

  /** @throws GatewayError log_not_found */
  async get(id: number): Promise<LogDetail> {
    return (await this.#read("detail", id)) ?? notFound(id);
  }

  /** @throws GatewayError log_not_found */
  async mark(mark: LogMark): Promise<LogRow> {
    const before = (await this.#read("row", mark.id)) ?? notFound(mark.id);
    await this.#options.writer.ask("mark", mark);
    this.#followers.onMarked(before);
    return (await this.#options.reader.ask("row", mark.id)) ?? notFound(mark.id);
  }

  /**
   * Calls a recorded tool once more, in its profile, as the app.
   *
   * @throws GatewayError log_not_found, log_no_call, log_not_whole, and as the router does
   */
  async replay(
    { id, arguments: given }: LogReplay,
    signal: AbortSignal | undefined,
  ): Promise<LogReplayed> {
    const call = callToRepeat(await this.get(id), given);
    const { profile, name, args } = call;
    const { last } = await this.count({ filter: "" });
    const at = this.#now();
    const answered = await this.#options.profiles.callTool(profile, name, args, signal);
    const page = await this.list({
      filter: filterOf(call, this.#options.ownName),
      after: last || undefined,
      limit: 100,
    });
    return { ...answered, log: nearest(page.rows, at) };
  }

  /** @throws GatewayError log_not_found, log_no_call, log_not_whole */
  async copy(id: number, as: "curl" | "client"): Promise<string> {
    const detail = await this.get(id);
    const { address, profiles, engine } = this.#options;
    const profile = profiles.list().find(({ slug }) => slug === detail.profile);
    const tool = engine
      .entries(profile?.id ?? "", "tool")
      .find(({ exposed }) => exposed === detail.name);
    return copyOf(detail, as, { address: address(), inputSchema: tool?.shown["inputSchema"] });
  }

  /** Ends what is told to those who follow. */
  close(): void {
    this.#followers.close();
  }

  #now(): number {
    return this.#options.now?.() ?? Date.now();
  }

  #filter(filter: string): Filter {
    const now = this.#now();
    const [problem] = parseLogQuery(filter, now).problems;
    if (problem === undefined) return { filter, now };
    const part = filter.slice(problem.start, problem.end);
    throw new GatewayError("log_query_invalid", { part, detail: problem.message });
  }

  async #read<Kind extends keyof ReaderTasks>(
    kind: Kind,
    input: ReaderTasks[Kind][0],
    signal?: AbortSignal,
  ): Promise<ReaderTasks[Kind][1]> {
    await this.#options.recording.flush();
    return this.#options.reader.ask(kind, input, signal);
  }

  #changed(): void {
    this.#options.events.publish({ type: "logs.changed" });
  }
}

function notFound(id: number): never {
  throw new GatewayError("log_not_found", { id });
}

import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { eventually } from "../command-line.ts";

/** The servers that the two clients use, as the gateway knows them. */
export const ERA_SERVERS = ["era-legacy", "era-modern"] as const;
const UPDATED = "notifications/resources/updated";
const LOGGED = "notifications/message";
/** How long it may take until a change is heard of, ms. */
const HEARD_MS = 10_000;

type Check = (what: string, holds: boolean, detail?: unknown) => void;

const INFO = { name: "day", version: "1.0.0" };

/**
 * The official client in both eras, each in front of a server of each. The legacy one makes its
 * session, its subscriptions and its log level once; it is told nothing of what happens after.
 */
export class BothEras {
  private readonly legacy = new Client(INFO);
  private readonly modern = new Client(INFO, {
    versionNegotiation: { mode: { pin: "2026-07-28" } },
  });
  private readonly check: Check;
  /** URIs of changed resources that each has heard of since the last look. */
  private readonly heard = { legacy: new Set<string>(), modern: new Set<string>() };
  /** Log messages that the legacy client got. */
  private logged = 0;
  private watched: string[] = [];

  private constructor(check: Check) {
    this.check = check;
    this.legacy.setNotificationHandler(LOGGED, () => {
      this.logged += 1;
    });
    for (const era of ["legacy", "modern"] as const) {
      this[era].setNotificationHandler(UPDATED, ({ params }) => {
        this.heard[era].add(params.uri);
      });
    }
  }

  static async open(url: URL, token: string, check: Check): Promise<BothEras> {
    const both = new BothEras(check);
    for (const client of [both.legacy, both.modern]) {
      await client.connect(
        new StreamableHTTPClientTransport(url, {
          requestInit: { headers: { authorization: `Bearer ${token}` } },
          reconnectionOptions: {
            initialReconnectionDelay: 100,
            maxReconnectionDelay: 100,
            reconnectionDelayGrowFactor: 1,
            maxRetries: 200,
          },
        }),
      );
    }
    await both.begin();
    return both;
  }

  /** What a client does once. */
  private async begin(): Promise<void> {
    const { resources } = await this.legacy.listResources();
    this.watched = resources
      .map(({ uri }) => uri)
      .filter((uri) => uri.includes("watched-resource"));
    this.check("both eras’ resources are listed", this.watched.length === ERA_SERVERS.length);
    for (const uri of this.watched) await this.legacy.subscribeResource({ uri });
    await this.log();
    this.check("logs are heard before a level is set", this.logged > 0);
    await this.legacy.setLoggingLevel("error");
    await this.listen();
  }

  /** A modern client has no session: after a lost stream it asks anew, and that is all. */
  async listen(): Promise<void> {
    await this.modern.listen({ resourceSubscriptions: this.watched });
  }

  /** Uses both servers by both clients; holds before a restart of the gateway and after. */
  async work(): Promise<void> {
    for (const server of ERA_SERVERS) {
      const tool = { name: `${server}_test_simple_text`, arguments: {} };
      const [one, other] = [await this.legacy.callTool(tool), await this.modern.callTool(tool)];
      const same = JSON.stringify(one.content) === JSON.stringify(other.content);
      this.check(`${server} answers a client of each era`, same && one.isError !== true);
    }
    const before = this.logged;
    await this.log();
    this.check("the log level holds", this.logged === before, this.logged - before);

    this.heard.legacy.clear();
    this.heard.modern.clear();
    const all = await eventually(async () => {
      await this.touch();
      return this.missing().length === 0 ? true : undefined;
    }, HEARD_MS);
    this.check("both hear of both resources", all === true, this.missing().join(", "));
  }

  /** What needs no session. */
  async workWithoutSession(): Promise<void> {
    for (const server of ERA_SERVERS) {
      const { isError } = await this.modern.callTool({ name: `${server}_test_simple_text` });
      this.check(`${server} answers a client that has no session`, isError !== true);
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.legacy.close(), this.modern.close()]);
  }

  /** Lets each server log one message below the level. */
  private async log(): Promise<void> {
    for (const server of ERA_SERVERS) {
      await this.legacy.callTool({ name: `${server}_test_logging_tool`, arguments: {} });
    }
  }

  /** Each changes the resource of the server of the other era. */
  private async touch(): Promise<void> {
    const name = "test_trigger_resource_update";
    await this.modern.callTool({ name: `era-legacy_${name}`, arguments: {} });
    await this.legacy.callTool({ name: `era-modern_${name}`, arguments: {} });
  }

  private missing(): string[] {
    return (["legacy", "modern"] as const).flatMap((era) =>
      this.watched.filter((uri) => !this.heard[era].has(uri)).map((uri) => `${era} ${uri}`),
    );
  }
}

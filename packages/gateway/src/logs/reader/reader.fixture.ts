import { existsSync } from "node:fs";
import { createStores } from "../../stores.ts";
import type { BegunEntry, EndedEntry, EntryBody } from "../entries.ts";
import { bodyOf, LogStage } from "../writer/log-store.fixture.ts";
import { LogFiles } from "./log-files.ts";

/** Of whoever waits to the end. */
export const { signal: WAITING } = new AbortController();

/** ms since 1970. */
export const NOW = 1_800_000_100_000;

interface Ended extends Partial<Omit<EndedEntry, "key" | "response">> {
  /** Text of the answer. */
  response?: string;
  /** The answer, where more or less is known of it. */
  body?: EntryBody;
}

/** Logs that the store writes, of two profiles and two servers, and what reads them. */
export class ReaderStage extends LogStage {
  readonly stores = createStores(this.configuration);
  readonly reading = new LogFiles(this.files);
  readonly profiles = ["dev", "team"].map(
    (slug) => this.stores.profiles.insert({ slug, name: slug }).id,
  );
  readonly servers = ["files", "git-hub"].map(
    (name) =>
      this.stores.servers.insert({
        name,
        title: name,
        connections: "shared",
        config: { transport: "http", url: "http://127.0.0.1:1/", headers: {}, secrets: {} },
      }).id,
  );

  /** The first of each has another name from now on. */
  rename(): void {
    const [profile = "", server = ""] = [this.profiles[0], this.servers[0]];
    this.stores.profiles.update(profile, { slug: "work" });
    this.stores.servers.update(server, { name: "disk" });
  }

  /** @returns its id */
  add(given: Partial<BegunEntry> = {}): number {
    return this.write([this.entry(given)]).first ?? 0;
  }

  /** One that ended. @returns its id */
  ended(given: Partial<BegunEntry>, { response, body, ...end }: Ended): number {
    const entry = this.entry(given);
    entry.ended = this.end({
      ...end,
      key: entry.key,
      ...(body !== undefined && { response: body }),
      ...(response !== undefined && { response: bodyOf(response) }),
    });
    return this.write([entry]).first ?? 0;
  }

  isThere(): boolean {
    return existsSync(this.files.traffic);
  }

  override [Symbol.dispose](): void {
    this.reading.release();
    super[Symbol.dispose]();
  }
}

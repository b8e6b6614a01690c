import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { eventually, pause } from "../command-line.ts";
import { TINY } from "../leaks/kinds.ts";
import { below, commandOf, kill } from "../leaks/proc.ts";
import { openSession } from "./callers.ts";
import type { Around } from "./clients.ts";
import { ALL } from "./provoked.ts";
import { expectSame } from "./questions.ts";
import type { SoakedGateway } from "./soaked-gateway.ts";
import { KILLABLE, untilAllReady } from "./stage.ts";

interface Surroundings extends Around {
  gateway: SoakedGateway;
}

const READY_MS = 30_000;
/** At most, between two deaths, ms. */
const KILL_PAUSE_MS = 8000;
const PASSPHRASE = "soak-passphrase-of-a-file-7b1e";

const made = z.object({ id: z.string() });
const ended = z.object({ state: z.string() });
const imported = z.object({
  failed: z.number(),
  created: z.number(),
  job: z.object({ backup: z.string().nullable() }),
});
const created = z.object({ token: z.string() });
const tested = z.object({ ok: z.boolean() });
const named = z.array(z.object({ name: z.string() }));
const setting = z.array(z.object({ key: z.string(), value: z.unknown() }));
const exportFile = z.looseObject({ version: z.string() });

/** Kills one of the servers after the other; each comes back by itself, or where it gave up, by hand. */
export const killServers = async (around: Surroundings): Promise<void> => {
  const { gateway, provoked, tally, over, random } = around;
  while (!over.aborted) {
    const name = random.pick(KILLABLE);
    await provoked.during(name, () =>
      tally.note("kill -9", ALL, async () => {
        const victims = below(gateway.pid).filter(({ pid }) =>
          commandOf(pid).endsWith(`--name ${name}`),
        );
        for (const victim of victims) kill(victim);
        // What it knows of the death may come a moment after it.
        await pause(200);
        await untilReady(gateway, name);
      }),
    );
    const wait = random.between(KILL_PAUSE_MS / 4, KILL_PAUSE_MS);
    for (let waited = 0; waited < wait && !over.aborted; waited += 100) await pause(100);
  }
};

const untilReady = async (gateway: SoakedGateway, name: string): Promise<void> => {
  const ready = await eventually(async () => {
    const state = (await gateway.states()).get(name);
    // Five deaths in five minutes and it waits for a person.
    if (state === "failed") await gateway.ask("POST", `/servers/${name}/restart`, {});
    return state === "ready" ? true : undefined;
  }, READY_MS);
  if (ready === undefined) throw new Error(`${name} does not come back`);
};

/** What people do with the gateway while it is used. One thing after the other, each once in a round. */
export class People {
  readonly #around: Surroundings;
  readonly #passphrase: string;
  /** Rounds that are over. */
  rounds = 0;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#passphrase = join(around.gateway.stage.root, "passphrase");
    writeFileSync(this.#passphrase, PASSPHRASE, { mode: 0o600 });
  }

  /** Rounds until the traffic is over; the last one is done to its end. @param gapMs between two things */
  async run(gapMs: number): Promise<void> {
    const { tally, random, over } = this.#around;
    const things: Record<string, () => Promise<void>> = {
      settings: () => this.#settings(),
      backup: () => this.#backup(),
      logs: () => this.#logs(),
      guest: () => this.#guest(),
      token: () => this.#token(),
      restart: () => this.#restart(),
      "lost sessions": () => this.#lose(),
    };
    // First, so that what only runs once it is used does so again at the end of each round.
    const transfer: [string, () => Promise<void>] = ["transfer", () => this.#transfer()];
    while (!over.aborted) {
      for (const [what, deed] of [transfer, ...random.shuffled(Object.entries(things))]) {
        await tally.note(what, null, deed);
        for (let waited = 0; waited < gapMs && !over.aborted; waited += 100) await pause(100);
      }
      this.rounds += 1;
    }
  }

  async #settings(): Promise<void> {
    const { gateway, random } = this.#around;
    const bytes = random.between(32, 64) * 1024;
    await gateway.command("settings", "set", "logBodyBytes", String(bytes));
    const all = setting.parse(await gateway.ask("GET", "/settings"));
    expectSame(all.find(({ key }) => key === "logBodyBytes")?.value, bytes);
    await gateway.ask("PATCH", "/settings", { maxConcurrentCalls: random.between(32, 64) });
    await gateway.ask("PATCH", "/profiles/few", {
      changes: { title: `Few ${random.between(0, 1e6)}` },
    });
  }

  async #backup(): Promise<void> {
    const { gateway } = this.#around;
    const given = ["--passphrase-file", this.#passphrase];
    const { id } = made.parse(await gateway.command("backup", "create", ...given));
    await gateway.ask("DELETE", `/backups/${id}`);
  }

  /** Out, in with something more, and back to what was, which replaces everything. */
  async #transfer(): Promise<void> {
    const { gateway, provoked } = this.#around;
    const { root } = gateway.stage;
    const out = join(root, "export.json");
    const into = join(root, "import.json");
    const sealed = ["--passphrase-file", this.#passphrase];
    await gateway.command("export", "-o", out, "--include-inactive", ...sealed);
    exportFile.parse(JSON.parse(readFileSync(out, "utf8")));
    const prompts = [{ name: "from-a-colleague", template: "Hello {{ name }}." }];
    writeFileSync(into, JSON.stringify({ version: "2025-03-26", entities: { prompts } }));
    const report = imported.parse(await gateway.command("import", into, "--yes"));
    expectSame([report.failed, report.created], [0, 1]);
    const before = report.job.backup ?? "none";
    await provoked.during(ALL, async () => {
      const { state } = ended.parse(await gateway.command("backup", "restore", before, "--yes"));
      expectSame(state, "done");
      await untilAllReady(() => gateway.states());
    });
    const left = named.parse(await gateway.ask("GET", "/prompts"));
    expectSame(left, []);
    await gateway.ask("DELETE", `/backups/${before}`);
  }

  async #logs(): Promise<void> {
    const { gateway, random } = this.#around;
    const level = ["logs", "level", random.pick(["full", "metadata"]), "--server", "http"];
    await gateway.command(...level);
    await gateway.command("logs", "clear", "--yes", "--filter", "server:steady");
    await gateway.ask("GET", "/logs/stats");
    await gateway.command("logs", "level", "default", "--server", "http");
  }

  /** A server that is there for a moment. */
  async #guest(): Promise<void> {
    const { gateway } = this.#around;
    const name = "guest";
    const config = { transport: "stdio", ...TINY };
    await gateway.ask("POST", "/servers", { name, config, confirmed: true });
    const { ok } = tested.parse(await gateway.ask("POST", `/servers/${name}/test`, {}));
    expectSame(ok, true);
    await gateway.ask("DELETE", `/servers/${name}`);
  }

  /** A client that is let in, and then not any more. */
  async #token(): Promise<void> {
    const { gateway, at } = this.#around;
    const body = { name: "visitor", profile: "few" };
    const { token } = created.parse(await gateway.ask("POST", "/tokens", body));
    const headers = { authorization: `Bearer ${token}` };
    const client = await openSession({ ...at("few"), headers });
    await client.request("tools/list");
    await gateway.ask("DELETE", `/tokens/${body.name}`);
    const said = await client.request("ping").then(() => "let in", String);
    expectSame(said.includes("401"), true);
  }

  async #restart(): Promise<void> {
    const { gateway, provoked, random } = this.#around;
    const name = random.pick([...KILLABLE, "http", "sse"]);
    await provoked.during(name, async () => {
      await gateway.ask("POST", `/servers/${name}/restart`, {});
      await untilReady(gateway, name);
    });
  }

  async #lose(): Promise<void> {
    const { gateway, provoked } = this.#around;
    const ends = ["http", "sse"].map((name) => provoked.begin(name));
    gateway.stage.peers.lose();
    await pause(500);
    await untilAllReady(() => gateway.states()).catch(() => {});
    for (const end of ends) end();
  }
}

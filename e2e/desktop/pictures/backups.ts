import { readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Gateway } from "@local-mcp/gateway";
import { hostile } from "../seed.ts";
import { demoEntry } from "../person.ts";
import { PASSPHRASE } from "./demo.ts";

type Api = Gateway["api"];

const DAY_MS = 86_400_000;

/** A desk with a backup of it, and what was changed since. */
export const seedBackups = async (api: Api): Promise<void> => {
  await api.vault.init({ passphrase: PASSPHRASE });
  for (const [name, title] of [
    ["github", "GitHub"],
    ["linear", "Linear"],
    ["files", "Files"],
  ] as const)
    await api.servers.create({
      name,
      title,
      config: { transport: "stdio", ...demoEntry(name) },
      confirmed: true,
    });
  await api.profiles.create({ slug: "dev", name: "dev", servers: ["github", "linear", "files"] });
  await api.profiles.activate({ profile: "dev" });
  await api.tokens.create({ name: "Cursor", profile: "dev", rights: ["use"] });
  const lost = await api.tokens.create({ name: "Old laptop", profile: null, rights: ["use"] });
  await api.backups.keepPassphrase({ passphrase: PASSPHRASE });
  await api.backups.create({});
  await api.servers.remove({ server: "linear" });
  await api.profiles.create({ slug: "writing", name: "writing", servers: ["files"] });
  await api.tokens.revoke({ token: lost.id });
  await api.servers.create({
    name: "notes",
    title: "Notes",
    // It takes its time to end, so that there is a moment to look at.
    config: hostile("ignores-eof"),
    confirmed: true,
    profiles: ["dev"],
  });
};

const sidecar = z.looseObject({ createdAt: z.number(), checkedAt: z.number() });

/** Makes the one backup that there is so many days old. */
export function makeOlder(dataDir: string, days: number): void {
  const folder = join(dataDir, "backups");
  for (const name of readdirSync(folder)) {
    const now = /\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d/.exec(name)?.[0];
    if (now === undefined) continue;
    const then = new Date(Date.now() - days * DAY_MS);
    const path = join(
      folder,
      name.replace(now, then.toISOString().slice(0, 19).replaceAll(":", "-")),
    );
    renameSync(join(folder, name), path);
    if (name.endsWith(".json")) {
      const facts = sidecar.parse(JSON.parse(readFileSync(path, "utf8")));
      const times = { createdAt: then.getTime(), checkedAt: then.getTime() };
      writeFileSync(path, JSON.stringify({ ...facts, ...times }));
    }
    utimesSync(path, then, then);
  }
}

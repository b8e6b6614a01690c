import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Gateway } from "@local-mcp/gateway";
import { giveToApp, stage } from "../app.ts";

type Api = Gateway["api"];

export const PASSPHRASE = "a passphrase for pictures";

/**
 * An `npx` that starts the demo server which a package is named after. It is the only one that a
 * login shell of the app's user finds, so that nothing is ever fetched.
 */
export function demoPrograms(home: string): Record<string, string> {
  const bin = join(home, "bin");
  mkdirSync(bin, { recursive: true });
  const npx = [
    "#!/bin/sh",
    'for word in "$@"; do last=$word; done',
    `exec "${stage().node}" "${join(stage().app, "e2e/desktop/servers/demo.mjs")}" "\${last##*server-}"`,
  ];
  writeFileSync(join(bin, "npx"), `${npx.join("\n")}\n`, { mode: 0o755 });
  const folders = [bin, join(home, ".local/bin"), join(home, ".cargo/bin")];
  writeFileSync(join(home, ".profile"), `PATH="${folders.join(":")}"\nexport PATH\n`);
  giveToApp(home);
  // Where the login shell does not answer, the app looks in its own PATH.
  return { PATH: `${bin}:${process.env["PATH"] ?? ""}`, npm_config_offline: "true" };
}

const npx = (name: string) => ({
  transport: "stdio" as const,
  command: "npx",
  args: ["-y", `@modelcontextprotocol/server-${name}`],
});

const TITLES: Record<string, string> = {
  github: "GitHub",
  linear: "Linear",
  files: "Files",
  postgres: "PostgreSQL",
  sentry: "Sentry",
  notion: "Notion",
  mail: "Mail",
};

/** A desk as somebody may have it: seven servers that work, one of them idle, one that asks for sign-in, one without its command. */
export const seedDemo = (signInUrl: string) => async (api: Api) => {
  await api.vault.init({ passphrase: PASSPHRASE });
  for (const [name, title] of Object.entries(TITLES))
    await api.servers.create({
      name,
      title,
      config: npx(name),
      confirmed: true,
      limits: name === "mail" ? { idleStopMs: 10_000 } : {},
    });
  await api.servers.create({
    name: "jira",
    title: "Jira",
    config: { transport: "http", url: signInUrl },
  });
  await api.servers.create({
    name: "python",
    title: "Python",
    config: { transport: "stdio", command: "uvx", args: ["mcp-server-python"] },
    confirmed: true,
  });
  const names = Object.keys(TITLES);
  await api.profiles.create({ slug: "dev", name: "dev", servers: [...names, "jira", "python"] });
  await api.profiles.create({ slug: "writing", name: "writing", servers: ["notion", "mail"] });
  await api.profiles.activate({ profile: "dev" });
  await api.settings.update({ callTimeoutMs: 120_000, askBeforeQuit: false });
  return api.tokens.create({ name: "Cursor", profile: "dev", rights: ["use"] });
};

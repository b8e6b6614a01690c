import { join } from "node:path";
import { createGateway, type Gateway } from "@local-mcp/gateway";
import { giveToApp, stage } from "./app.ts";
import { CATALOGUE } from "./servers/catalogue.ts";

type Api = Gateway["api"];

/** Writes a configuration before the app opens it. */
export async function seed(
  home: string,
  write: (api: Api) => Promise<void>,
): Promise<{ dataDir: string }> {
  const dataDir = join(home, "data");
  const gateway = await createGateway({
    dataDir,
    kind: "cli",
    env: { PATH: process.env["PATH"], HOME: home },
    log: () => undefined,
  });
  try {
    await write(gateway.api);
  } finally {
    await gateway.close();
  }
  giveToApp(home);
  return { dataDir };
}

const demo = (name: string) => ({
  transport: "stdio" as const,
  command: stage().node,
  args: [join(stage().app, "e2e/desktop/servers/demo.mjs"), name],
});
/** A server that misbehaves, in a way of e2e/fixtures/hostile-stdio.ts. */
export const hostile = (...args: string[]) => ({
  transport: "stdio" as const,
  command: stage().node,
  args: [join(stage().fixtures, "hostile-stdio.mjs"), ...args],
});

/** One server and one profile: enough to be past the first run. */
export const seedSmall = async (api: Api): Promise<void> => {
  await api.servers.create({ name: "files", config: demo("files"), confirmed: true });
  await api.profiles.create({ slug: "dev", name: "dev", servers: ["files"] });
  await api.profiles.activate({ profile: "dev" });
};

/**
 * Fifteen servers with more than two hundred tools: eleven that work, one that cannot be found, one
 * that crashes again and again, one that asks for sign-in at `signInUrl`, one that nobody has
 * confirmed, one that is off.
 */
export const seedBusy =
  (signInUrl: string) =>
  async (api: Api): Promise<void> => {
    const limits = { startTimeoutMs: 30_000 };
    const names = Object.keys(CATALOGUE);
    for (const name of names) {
      await api.servers.create({
        name,
        title: TITLES[name],
        config: demo(name),
        confirmed: true,
        limits,
        enabled: name !== "kubernetes",
      });
    }
    await api.servers.create({
      name: "uvx-tools",
      title: "Python tools",
      config: { transport: "stdio", command: "uvx-is-not-here", args: ["mcp-server-python"] },
      confirmed: true,
    });
    await api.servers.create({
      name: "weather",
      title: "Weather",
      config: hostile("crash-loop"),
      confirmed: true,
    });
    await api.servers.create({
      name: "jira",
      title: "Jira",
      config: { transport: "http", url: signInUrl },
    });
    await api.servers.create({ name: "new-one", title: "New one", config: demo("files") });
    await api.profiles.create({
      slug: "dev",
      name: "dev",
      description: "Everything for work on the product.",
      servers: [...names, "uvx-tools", "weather", "jira", "new-one"],
    });
    await api.profiles.create({ slug: "writing", name: "writing", servers: ["notion", "mail"] });
    await api.profiles.activate({ profile: "dev" });
  };

const TITLES: Record<string, string> = {
  github: "GitHub",
  linear: "Linear",
  files: "Files",
  postgres: "PostgreSQL",
  sentry: "Sentry",
  notion: "Notion",
  browser: "Browser",
  calendar: "Calendar",
  mail: "Mail",
  kubernetes: "Kubernetes",
};

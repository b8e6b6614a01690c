/**
 * What docs/automation.md says to type is typed, on real data directories and real gateways: a part of
 * its chapters, all with E2E_FULL=1.
 */
import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { z } from "zod";
import { isFull } from "../full.ts";
import { CANARIES, Computer, configure, SECRETS } from "./transfer-commands.ts";

const PAGE = readFileSync(resolve(import.meta.dirname, "../../docs/automation.md"), "utf8");

interface Block {
  language: string;
  text: string;
  /** What it has to end with. */
  code: number;
  /** Why it is not run; null where it is. */
  left: string | null;
}

const blocksOf = (chapter: string): Block[] =>
  [...chapter.matchAll(/(?:<!-- ([^>]*) -->\n+)?```(\w+)\n(.*?)```/gs)].map(
    ([, note = "", language = "", text = ""]) => ({
      language,
      text,
      code: Number(/^ends with (\d+)$/.exec(note)?.[1] ?? 0),
      left: /^not run: (.*)$/.exec(note)?.[1] ?? null,
    }),
  );

const chapters = new Map(
  PAGE.split(/^## /m)
    .slice(1)
    .map((chapter) => [chapter.slice(0, chapter.indexOf("\n")), blocksOf(chapter)]),
);

/** Steps of a workflow but those that say they are not run. */
const stepsOf = (yaml: string): string =>
  yaml
    .split(/^ +- name: /m)
    .slice(1)
    .filter((step) => !/^.*# not run/.test(step))
    .map((step) => step.slice(step.indexOf("run: |") + "run: |".length))
    .join("\n");

/** The commands of a block, as a shell takes them. */
const commandsOf = ({ language, text }: Block): string => {
  if (language === "yaml") return stepsOf(text);
  // cron takes five fields for the time, and a % in a command needs a backslash.
  if (language === "cron") return text.replace(/^(\S+ ){5}/gm, "").replaceAll("\\%", "%");
  return text;
};

/** Where a computer has what stands at a fixed place. */
const placed = (computer: Computer, commands: string): string =>
  commands
    .replaceAll("/usr/local/bin/", `${computer.bin}/`)
    .replaceAll("/backups", join(computer.root, "backups"));

/** A computer on which a chapter can be followed. */
async function ready(title: string): Promise<{ computer: Computer; env: NodeJS.ProcessEnv }> {
  const computer = new Computer();
  mkdirSync(join(computer.root, "backups"));
  computer.keep("token", "a-token-that-is-not-asked-for");
  const text = (chapters.get(title) ?? []).map((block) => block.text).join("");
  if (!text.includes("_URL")) {
    await configure(computer.dataDir, SECRETS.gateway);
    if (text.includes("staging-config.json")) {
      const staging = join(computer.root, "staging");
      await configure(staging, SECRETS.staging);
      await computer.type(`mcpgateway export --data-dir '${staging}' --out staging-config.json`, {
        env: { AUTH_ENCRYPTION_SECRET_FILE: computer.secretFile("staging") },
      });
    }
    return { computer, env: {} };
  }
  const isFirst = text.includes("$DEV_URL");
  return {
    computer,
    env: {
      AUTH_ENCRYPTION_SECRET_FILE: undefined,
      ...(isFirst ? { DEV_URL: await computer.serve("dev", true) } : {}),
      STAGING_URL: await computer.serve("staging", !isFirst),
      PRODUCTION_URL: await computer.serve("production", false),
    },
  };
}

const named = z.array(z.object({ name: z.string() }));

/** What is true once a chapter was followed. */
const AFTERWARDS: Record<string, (computer: Computer, env: NodeJS.ProcessEnv) => Promise<void>> = {
  "A file each day": async ({ root }) => {
    const [name = "", ...rest] = readdirSync(join(root, "backups"));
    expect(rest).toEqual([]);
    expect(name).toMatch(/^daily-\d{4}-\d\d-\d\d\.json$/);
    const path = join(root, "backups", name);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const text = readFileSync(path, "utf8");
    expect(text).toContain('"weather_api"');
    for (const canary of CANARIES) expect(text).not.toContain(canary);
  },
  "Promote to production": (computer, env) => isThere(computer, env),
  "Development, staging, production": (computer, env) => isThere(computer, env),
  "Over HTTP": (computer, env) => isThere(computer, env),
  "Configuration in git": async (computer) => {
    const log = await computer.sh("cd config && git log --format=%s && git status --short");
    expect(log.stdout).toBe("Configuration snapshot v1.2.3\n");
  },
  "Disaster recovery": async (computer) => {
    const { stdout } = await computer.sh("mcpgateway tools list --json");
    expect(named.parse(JSON.parse(stdout)).map(({ name }) => name)).toEqual([
      "translate",
      "weather_api",
    ]);
  },
};

/** What was promoted works in production, with its secrets. */
async function isThere(computer: Computer, env: NodeJS.ProcessEnv): Promise<void> {
  const asked = await computer.sh('mcpgateway --gateway "$PRODUCTION_URL" tools list --json', {
    ...env,
    MCPGATEWAY_BEARER_TOKEN_FILE: computer.secretFile("production-token"),
  });
  const [translate, weather] = z
    .array(z.looseObject({ name: z.string() }))
    .parse(JSON.parse(asked.stdout));
  expect(translate).toMatchObject({ name: "translate" });
  expect(weather).toMatchObject({
    name: "weather_api",
    auth: { type: "bearer", token: { set: true, hint: "ry-1" } },
  });
}

/** Chapters that have something to type. */
const followed = [...chapters].filter(([, blocks]) => blocks.some(({ left }) => left === null));
/** Where the short form follows one in so many. */
const ONE_IN = 3;

it.each(followed.filter((_, index) => isFull || index % ONE_IN === 0))(
  "“%s” works as it is written",
  { timeout: 180_000 },
  async (title, all) => {
    const { computer, env } = await ready(title);
    const blocks = all.filter(({ left }) => left === null);
    const codes: (number | null)[] = [];
    for (const block of blocks) {
      const { code } = block;
      codes.push((await computer.type(placed(computer, commandsOf(block)), { code, env })).code);
    }
    expect(codes).toEqual(blocks.map(({ code }) => code));
    await AFTERWARDS[title]?.(computer, env);
  },
);

it("leaves out nothing but what needs somebody else's service", () => {
  const left = [...chapters.values()].flat().filter((block) => block.left !== null);
  expect(left.map((block) => block.left)).toEqual(["needs a bucket", "needs the age command"]);
  const all = [...chapters.values()].flat();
  expect(all.filter(({ language }) => language === "sh").length).toBeGreaterThan(12);
  expect(Object.keys(AFTERWARDS).filter((title) => !chapters.has(title))).toEqual([]);
});

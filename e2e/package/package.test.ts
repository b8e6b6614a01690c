import { extractFile, listPackage } from "@electron/asar";
import { execFile } from "node:child_process";
import { cp, mkdir, readdir, readFile, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type Display, openDisplay } from "../../scripts/electron/display.ts";
import { readFuses } from "../../scripts/package/fuses.ts";
import {
  BILL_OF_MATERIALS,
  packagedExecutable,
  packagedResources,
  unpackedFolder,
} from "../../scripts/package/layout.ts";
import { testAccount } from "../desktop/account.ts";
import {
  CLOSED,
  inside,
  LEAVING,
  LOCKED_DOWN,
  lookInside,
  TRAVERSALS,
} from "../desktop/hardening.ts";
import { evaluateInMain } from "./inspector.ts";
import { reachablePackage } from "./reach.ts";
import { ownFolder, PackagedApp, until } from "./packaged-app.ts";

const run = promisify(execFile);
const unpacked = unpackedFolder("release");
const resources = packagedResources(unpacked);
const WINDOW = 20_000;
/** ms; packages two folders of 370 MB. */
const PACKAGING = 180_000;

let display: Display | null = null;
/** Where the packages can be run. */
let release = "";
let testable = "";

beforeAll(async () => {
  await run(process.execPath, ["scripts/package/package.ts", "--built"]);
  const account = await testAccount();
  release = await reachablePackage("release", account);
  testable = await reachablePackage("test", account);
  if (process.platform === "linux" && !process.env["DISPLAY"]) {
    display = await openDisplay();
    process.env["DISPLAY"] = display.name;
  }
}, PACKAGING);

afterAll(() => display?.close());

const freePort = async (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });

/** A file of a bundle, not of what was installed. */
const inOut = (file: string): boolean => file.startsWith(join("/out/"));

const isListening = async (port: number): Promise<boolean> =>
  fetch(`http://127.0.0.1:${port}/json/version`).then(
    () => true,
    () => false,
  );

describe("what is in it", () => {
  test("the release has every fuse as it should be, and the test package differs by one", async () => {
    const fuses = Object.fromEntries(await readFuses(packagedExecutable(unpacked)));
    expect(fuses).toEqual({
      RunAsNode: false,
      EnableCookieEncryption: true,
      EnableNodeOptionsEnvironmentVariable: false,
      EnableNodeCliInspectArguments: false,
      EnableEmbeddedAsarIntegrityValidation: true,
      OnlyLoadAppFromAsar: true,
      LoadBrowserProcessSpecificV8Snapshot: false,
      GrantFileProtocolExtraPrivileges: false,
    });
    expect(Object.fromEntries(await readFuses(packagedExecutable(unpackedFolder("test"))))).toEqual(
      {
        ...fuses,
        EnableNodeCliInspectArguments: true,
      },
    );
  });

  test("the app holds its bundles and better-sqlite3, and nothing of how it was made", async () => {
    const files = listPackage(join(resources, "app.asar"), { isPack: false });
    const allowed =
      /^\/(package\.json|out|out\/(main|preload|renderer)(\/.*)?|node_modules|node_modules\/better-sqlite3(\/(LICENSE|package\.json|(lib|build|prebuilds)(\/.*)?))?)$/;
    expect(files.filter((file) => !allowed.test(file.replaceAll("\\", "/")))).toEqual([]);
    expect(files).toContain(join("/out", "main", "index.mjs"));
    expect(files.filter((file) => file.endsWith(".map"))).toEqual([]);
    // What the tests of the app have seen of its bundles holds for the package.
    const bundles = files.filter((file) => /\.(mjs|cjs|js|html|css)$/.test(file) && inOut(file));
    expect(bundles.length).toBeGreaterThan(3);
    for (const file of bundles) {
      const packaged = extractFile(join(resources, "app.asar"), file.slice(1));
      expect([file, packaged.equals(await readFile(file.slice(1)))]).toEqual([file, true]);
    }

    const about = JSON.parse(extractFile(join(resources, "app.asar"), "package.json").toString());
    expect(about).toMatchObject({ productName: "Local MCP Gateway", main: "out/main/index.mjs" });
    expect(about).not.toHaveProperty("devDependencies");
  });

  test("EL-14: everything it is made of is listed, and locked by its hash", async () => {
    const locked = z
      .object({
        packages: z.record(
          z.string(),
          z.object({
            link: z.boolean().optional(),
            inBundle: z.boolean().optional(),
            integrity: z.string().optional(),
          }),
        ),
      })
      .parse(JSON.parse(await readFile("package-lock.json", "utf8")));
    // What comes inside another package is covered by the hash of that one.
    const foreign = Object.entries(locked.packages).filter(
      ([path, { link, inBundle }]) => path.includes("node_modules/") && !link && !inBundle,
    );
    expect(foreign.length).toBeGreaterThan(100);
    expect(foreign.filter(([, { integrity }]) => !integrity?.startsWith("sha512-"))).toEqual([]);

    const listed = z
      .object({
        bomFormat: z.literal("CycloneDX"),
        components: z.array(
          z.object({
            name: z.string(),
            version: z.string(),
            hashes: z.array(z.object({ alg: z.string(), content: z.string() })).optional(),
          }),
        ),
      })
      .parse(JSON.parse(await readFile(BILL_OF_MATERIALS, "utf8"))).components;
    for (const name of ["electron", "better-sqlite3", "react", "drizzle-orm", "@orpc/server"]) {
      const component = listed.find((one) => one.name === name);
      expect([name, component?.hashes?.[0]?.alg]).toEqual([name, "SHA-512"]);
    }
  });

  test("of native binaries it has only this platform's: one for the app, one for its Node", async () => {
    const entries = await readdir(unpacked, { recursive: true });
    const native = entries.filter((name) => name.endsWith(".node"));
    expect(native).toHaveLength(2);
    const machine = process.arch === "arm64" ? 0xb7 : 0x3e;
    for (const name of process.platform === "linux" ? native : []) {
      const head = await readFile(join(unpacked, name));
      expect(head.subarray(0, 4).toString("latin1")).toBe("\u007fELF");
      expect(head.readUInt16LE(18)).toBe(machine);
    }
    expect(entries).not.toContain(join("resources", "default_app.asar"));
  });
});

describe("the command line that comes with it", () => {
  const node = join(resources, "runtime", process.platform === "win32" ? "node.exe" : "node");
  const cli = join(resources, "cli", "index.mjs");
  const bare = { PATH: "/nowhere", HOME: "/nowhere" };

  test("says its version and helps with `bridge`, with nothing but its own Node", async () => {
    const { version } = JSON.parse(await readFile("package.json", "utf8"));
    expect((await run(node, [cli, "--version"], { env: bare })).stdout.trim()).toContain(version);
    expect((await run(node, [cli, "bridge", "--help"], { env: bare })).stdout).toContain(
      "--profile",
    );
    expect((await run(node, ["--version"], { env: bare })).stdout).toMatch(/^v24\./);
  });

  test("has all its parts and threads", async () => {
    const bundles = async (folder: string): Promise<string[]> =>
      (await readdir(folder)).filter((file) => file.endsWith(".mjs")).toSorted();
    const packaged = await bundles(join(resources, "cli"));
    expect(packaged).toEqual(await bundles("out/cli"));
    expect(packaged).toEqual(expect.arrayContaining(["index.mjs", "log-writer.mjs"]));
  });

  test("opens a database with the SQLite that comes with it", async () => {
    const dataDir = join(await ownFolder(), "data");
    const { stdout } = await run(node, [cli, "--data-dir", dataDir, "servers", "list", "--json"], {
      env: bare,
    });
    expect(JSON.parse(stdout)).toBeDefined();
    expect((await stat(join(dataDir, "local-mcp-gateway.db"))).size).toBeGreaterThan(0);
  });
});

describe.runIf(process.platform === "linux")("how it runs, as a user without rights", () => {
  test("it serves, every page is in the sandbox, and it leaves no process", async () => {
    const app = await PackagedApp.start(release);
    const health = await fetch(`${await app.url()}/health`);
    expect(health.status).toBe(200);

    const pages = await until("a window", WINDOW, async () => {
      const found = await app.renderers();
      return found.length > 0 && found;
    });
    for (const pid of pages) {
      expect(await readFile(`/proc/${pid}/status`, "utf8")).toMatch(/^Seccomp:\t2$/m);
    }
    for (const pid of app.processes) {
      const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
      expect(line).not.toContain("--no-sandbox");
    }
    expect(await app.stop()).toBe(0);
  });

  test("a second launch shows the window of the first and ends", async () => {
    const first = await PackagedApp.start(release, { args: ["--hidden"] });
    const url = await first.url();
    expect(await first.renderers()).toEqual([]);

    const second = await PackagedApp.start(release, { folder: first.folder });
    expect(await second.ended()).toBe(0);
    await until(
      "the window of the first",
      WINDOW,
      async () => (await first.renderers()).length > 0,
    );
    expect((await fetch(`${url}/health`)).status).toBe(200);
    expect(await first.stop()).toBe(0);
  });

  test("it is no Node for whoever asks: ELECTRON_RUN_AS_NODE changes nothing", async () => {
    const app = await PackagedApp.start(release, {
      args: ["-e", "console.log('this ran')"],
      env: { ELECTRON_RUN_AS_NODE: "1" },
    });
    await app.url();
    expect(app.output).not.toContain("this ran");
    expect(await app.stop()).toBe(0);
  });

  test("NODE_OPTIONS loads nothing into it", async () => {
    const folder = await ownFolder();
    const mark = join(folder, "loaded");
    const script = join(folder, "preload.cjs");
    await writeFile(script, `require("fs").writeFileSync(${JSON.stringify(mark)}, "")`);
    const app = await PackagedApp.start(release, {
      folder,
      env: { NODE_OPTIONS: `--require=${script}` },
    });
    await app.url();
    await expect(stat(mark)).rejects.toThrow("ENOENT");
    await app.stop();
  });

  test("no debugger gets into the main process of a release", async () => {
    const port = await freePort();
    const app = await PackagedApp.start(release, { args: [`--inspect=${port}`, "--hidden"] });
    await app.url();
    expect(await isListening(port)).toBe(false);
    await app.stop();
  });

  test.each(["--remote-debugging-port=0", "-remote-debugging-port=0", "--remote-debugging-pipe"])(
    "nor into its pages: with %s it does not start, and says why",
    async (given) => {
      const app = await PackagedApp.start(release, { args: [given] });
      expect(await app.ended()).toBe(1);
      expect(app.output).toContain("lets no debugger into its window");
      expect(app.output).not.toContain("DevTools listening");
      const database = join(app.folder, "data", "local-mcp-gateway.db");
      await expect(stat(database)).rejects.toThrow("ENOENT");
    },
  );

  test("EL-1 to EL-7, EL-13: packaged it is as closed as it was built, DevTools too", async () => {
    const [inspector, pages] = [await freePort(), await freePort()];
    const args = [`--inspect=${inspector}`, `--remote-debugging-port=${pages}`];
    const app = await PackagedApp.start(testable, { args });
    await app.url();
    await until("a window", WINDOW, async () => (await app.renderers()).length > 0);
    // The test package lets debuggers in, which shows that the release was asked the right thing.
    expect(await isListening(pages)).toBe(true);
    const look = JSON.stringify({ traversals: TRAVERSALS, leaving: LEAVING });
    const found = inside.parse(
      await evaluateInMain(inspector, `(${lookInside.toString()})(require("electron"), ${look})`),
    );
    expect(found).toMatchObject({ ...CLOSED, devTools: false });
    expect(found.preferences).toHaveLength(1);
    expect(found.preferences[0]).toMatchObject(LOCKED_DOWN);
    await app.stop();
  });

  // That app.asar itself is checked against its hash exists on macOS and Windows only; here its
  // folder belongs to root, or to whoever unpacked it.
  test("an app that was put beside its own is not run", async () => {
    const folder = join(await ownFolder(), "copy");
    await cp(unpacked, folder, { recursive: true });
    const planted = join(folder, "resources", "app");
    await mkdir(planted);
    await writeFile(join(planted, "package.json"), '{"main":"main.js"}');
    await writeFile(join(planted, "main.js"), "console.log('planted'); process.exit(9);");
    const app = await PackagedApp.start(folder);
    await app.url();
    expect(app.output).not.toContain("planted");
    expect(await app.stop()).toBe(0);
  });
});

import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FIXTURE, Place } from "../test-kit.ts";

let place: Place;
beforeEach(() => {
  place = new Place();
});
afterEach(() => place.remove());

const SECRET = "AUTH_ENCRYPTION_SECRET";
const env = { [SECRET]: "a secret of the tests, long enough" };

describe("servers add", { timeout: 30_000 }, () => {
  test("stores a command that works, and nothing warns", async () => {
    const ran = await place.run(["servers", "add", "one", "--", ...FIXTURE, "--name", "one"]);
    expect(ran.exit).toBe(0);
    expect(ran.out).toMatch(/^Added “one”: .*stdio-server\.mjs --name one\n$/);
    expect(ran.err).toBe(
      `No profile shows it yet: local-mcp-gateway --data-dir ${place.dataDir} profiles add-server SLUG one\n`,
    );
    expect(await place.json(["servers", "test", "one"])).toMatchObject({
      ok: true,
      implementation: { name: "one" },
    });
    const shown = await place.run(["servers", "show", "one"]);
    expect(shown.out).toMatch(/^Runs as +one 1\.0\.0$/m);
    expect(shown.out).toMatch(/^Speaks +MCP 2025-11-25/m);
  });

  test("stores one that cannot be started, with the reason", async () => {
    const ran = await place.run(["servers", "add", "one", "--json", "--", "no-such-program-7"]);
    expect(ran.exit).toBe(0);
    expect(JSON.parse(ran.out)).toMatchObject({
      server: { name: "one", confirmed: true },
      warnings: [{ message: expect.stringContaining("no-such-program-7") }],
    });
    expect(ran.err).toMatch(/^Warning: “no-such-program-7” was not found/);
  });

  test("takes variables from the environment, a file and the line", async () => {
    const file = place.write("vars", "FROM_FILE=file-value\nBOTH=file\n");
    const words = ["--env", "FROM_HERE", "--env", "LITERAL=typed", "--env", "BOTH=line"];
    const ran = await place.run(
      [
        "servers",
        "add",
        "one",
        ...words,
        "--env-file",
        file,
        "--env-plain",
        "P=seen=1",
        "--",
        "node",
      ],
      { env: { ...env, FROM_HERE: "here-value" } },
    );
    expect(ran.exit).toBe(0);
    expect(ran.err).toContain("Warning: The values of LITERAL, BOTH stay in the shell's history.");
    const shown = await place.run(["servers", "show", "one", "--json"]);
    const secret = { plain: false, secret: { set: true, hint: null } };
    expect(JSON.parse(shown.out)).toMatchObject({
      config: {
        env: {
          FROM_FILE: secret,
          FROM_HERE: secret,
          LITERAL: secret,
          BOTH: secret,
          P: { plain: true, value: "seen=1" },
        },
      },
    });
    expect(ran.out + ran.err + shown.out).not.toMatch(/typed|file-value|here-value/);
  });

  test("a variable that is not set is said to be so", async () => {
    const ran = await place.run(["servers", "add", "one", "--env", "NOT_HERE", "--", "node"]);
    expect(ran.exit).toBe(2);
    expect(ran.err).toContain("--env NOT_HERE takes the value from the environment");
  });

  test("without a vault a secret is refused with the way out", async () => {
    const ran = await place.run(["servers", "add", "one", "--env", "A=b", "--", "node"]);
    expect(ran.exit).toBe(6);
    expect(ran.err).toContain("local-mcp-gateway vault init");
    expect(await place.json(["servers", "list"])).toEqual([]);
  });

  test("an address with its headers; what is secret in it is pointed out", async () => {
    const ran = await place.run(
      [
        "servers",
        "add",
        "web",
        "--url",
        "http://me:pw@127.0.0.1:9/mcp?key=k9",
        "--header",
        "X-Key: abc",
      ],
      { env },
    );
    expect(ran.exit).toBe(0);
    expect(ran.err).toContain("user name, password and query");
    expect(ran.err).toContain("The value of X-Key stays in the shell's history");
    const shown = await place.run(["servers", "show", "web"]);
    expect(shown.out).toMatch(/^URL .*\$\{secret:/m);
    expect(shown.out).toMatch(/^Headers +X-Key +\(stored\)$/m);
    expect(ran.out + shown.out).not.toMatch(/pw|k9|abc/);
  });

  test("a header without its value is asked for on a terminal", async () => {
    const words = ["servers", "add", "web", "--url", "http://127.0.0.1:9/", "--header", "X-Key"];
    const ran = await place.run(words, { env, terminal: true, input: "typed-value" });
    expect(ran.exit).toBe(0);
    expect(ran.err).toContain("Value of X-Key: ");
    expect(ran.err).not.toMatch(/history|typed-value/);
    const piped = await place.run([...words.slice(0, 2), "other", ...words.slice(3)], { env });
    expect(piped).toMatchObject({ exit: 2, err: expect.stringContaining("--header-file FILE") });
  });

  test("a relative program is found from where it was typed; relative arguments are pointed out", async () => {
    place.write("server.mjs", "");
    await place.run(["servers", "add", "one", "--", "./run.sh"]);
    const ran = await place.run(["servers", "add", "two", "--", "node", "server.mjs"]);
    expect(ran.err).toContain("“server.mjs” is relative to this folder");
    const there = await place.run([
      "servers",
      "add",
      "three",
      "--cwd",
      ".",
      "--",
      "node",
      "server.mjs",
    ]);
    expect(there.err).not.toContain("relative");
    expect(await place.json(["servers", "list"])).toMatchObject([
      { name: "one", config: { command: join(place.directory, "run.sh"), cwd: null } },
      { name: "three", config: { args: ["server.mjs"], cwd: place.directory } },
      { name: "two", config: { args: ["server.mjs"], cwd: null } },
    ]);
  });

  test("a name that is taken ends with 4, one that is none with 3", async () => {
    await place.run(["servers", "add", "one", "--", "node"]);
    expect((await place.run(["servers", "add", "one", "--", "node"])).exit).toBe(4);
    expect((await place.run(["gateways", "add", "One!", "--", "node"])).exit).toBe(3);
  });

  test("where only the passphrase is missing, it is asked for", async () => {
    const passphrase = place.write("passphrase", "correct horse battery\n");
    await place.run(["vault", "init", "--passphrase-file", passphrase]);
    const words = ["servers", "add", "one", "--env", "A=b", "--", "node"];
    expect((await place.run(words)).exit).toBe(6);
    const asked = await place.run(words, { terminal: true, input: "correct horse battery" });
    expect(asked).toMatchObject({
      exit: 0,
      err: expect.stringContaining("Passphrase of the vault: "),
    });
  });
});

describe("servers edit", { timeout: 30_000 }, () => {
  test("changes what is mentioned and keeps the rest", async () => {
    await place.run(
      [
        "servers",
        "add",
        "one",
        "--env",
        "A=a",
        "--env",
        "B=b",
        "--timeout",
        "60",
        "--",
        "node",
        "x",
      ],
      { env },
    );
    const ran = await place.run(
      [
        "servers",
        "edit",
        "one",
        "--unset-env",
        "A",
        "--env-plain",
        "C=c",
        "--start-timeout",
        "5",
        "--name",
        "uno",
        "--title",
        "Uno",
      ],
      { env },
    );
    expect(ran).toMatchObject({ exit: 0, out: "Changed “uno”: node x\n" });
    expect(await place.json(["servers", "show", "uno"])).toMatchObject({
      title: "Uno",
      confirmed: true,
      limits: { callTimeoutMs: 60_000, startTimeoutMs: 5000 },
      config: {
        command: "node",
        env: expect.toSatisfy((env: object) => Object.keys(env).join() === "B,C"),
      },
    });
  });

  test("a URL of another origin takes its secrets along only when that is said", async () => {
    const moved = { AUTH_ENCRYPTION_SECRET: "a secret of this test" };
    const run = (...args: string[]) => place.run(["servers", ...args], { env: moved });
    await run("add", "web", "--url", "http://127.0.0.1:9/", "--header", "X-Key: one");
    const refused = await run("edit", "web", "--url", "http://127.0.0.1:10/");
    expect(refused).toMatchObject({
      exit: 4,
      err: expect.stringMatching(/\(1\) are for http:\/\/127\.0\.0\.1:9, and .*--keep-secrets/s),
    });
    expect((await run("edit", "web", "--keep-secrets")).exit).toBe(2);
    const kept = await run("edit", "web", "--url", "http://127.0.0.1:10/", "--keep-secrets");
    expect(kept.exit).toBe(0);
    const cloud = await run("edit", "web", "--url", "http://169.254.169.254/");
    expect(cloud).toMatchObject({ exit: 3, err: expect.stringContaining("hands out credentials") });
    expect(await place.json(["servers", "show", "web"])).toMatchObject({
      config: { url: "http://127.0.0.1:10/", headers: { "X-Key": { set: true } } },
    });
  });

  test("connections are shared for a command, per client for an address, and as typed", async () => {
    await place.run(["servers", "add", "one", "--", "node"]);
    await place.run(["servers", "add", "two", "--connections", "per-client", "--", "node"]);
    await place.run(["servers", "add", "web", "--url", "http://127.0.0.1:9/"]);
    await place.run(["servers", "edit", "web", "--connections", "shared"]);
    const usual = await place.run(["servers", "show", "one"]);
    expect(usual.out).toMatch(/^Connections +One connection for all clients$/m);
    expect(await place.json(["servers", "list"])).toMatchObject([
      { name: "one", connections: "shared" },
      { name: "two", connections: "per_client" },
      { name: "web", connections: "shared" },
    ]);
    await place.run(["servers", "add", "far", "--url", "http://127.0.0.1:9/"]);
    // What is not mentioned stays.
    await place.run(["servers", "edit", "far", "--title", "Far"]);
    const far = await place.run(["servers", "show", "far"]);
    expect(far.out).toMatch(/^Connections +One connection per client$/m);
    const wrong = await place.run(["servers", "edit", "far", "--connections", "many"]);
    expect(wrong).toMatchObject({
      exit: 2,
      err: expect.stringContaining("--connections takes shared or per-client, not “many”."),
    });
  });

  test("a new command is consent to it; another change of an unseen one is not", async () => {
    const file = place.write(
      "c.json",
      JSON.stringify({ mcpServers: { one: { command: "node" } } }),
    );
    await place.run(["servers", "import", file]);
    await place.run(["servers", "edit", "one", "--cwd", "/"]);
    expect(await place.json(["servers", "show", "one"])).toMatchObject({ confirmed: false });
    await place.run(["servers", "edit", "one", "--", "node", "--version"]);
    expect(await place.json(["servers", "show", "one"])).toMatchObject({
      confirmed: true,
      config: { args: ["--version"], cwd: "/" },
    });
  });
});

describe("a server's life", { timeout: 30_000 }, () => {
  test("off, on, tested and gone", async () => {
    await place.run(["servers", "add", "one", "--", "no-such-program-7"]);
    expect((await place.run(["servers", "disable", "one"])).out).toBe("Turned off “one”.\n");
    const list = await place.run(["servers", "list"]);
    expect(list.out).toMatch(
      /^NAME +STATE +TOOLS +PROFILES +RUNS\none +Off +0 +- +no-such-program-7\n$/,
    );
    expect((await place.run(["servers", "enable", "one"])).out).toBe("Turned on “one”.\n");
    const tested = await place.run(["servers", "test", "one"]);
    expect(tested).toMatchObject({ exit: 1, out: "" });
    expect(tested.err).toMatch(
      /^“one” is not ready after \d+ ms\. “no-such-program-7” was not found/,
    );
    expect((await place.run(["servers", "remove", "one"])).out).toBe("Deleted “one”.\n");
    expect(await place.run(["servers", "remove", "one"])).toMatchObject({
      exit: 1,
      err: expect.stringMatching(/^There is no server “one”\.\n“local-mcp-gateway servers list”/),
    });
    expect((await place.run(["servers", "list"])).out).toMatch(/^No servers yet\./);
  });
});

describe("servers import and confirm", { timeout: 30_000 }, () => {
  const servers = {
    "My Files": { command: "npx", args: ["-y", "pkg", "--flag=a b", "x\u001b[2Jy"] },
    remote: { url: "http://127.0.0.1:9/mcp" },
    broken: { neither: true },
  };

  test("importing is no consent; the command is shown in full before it is", async () => {
    const ran = await place.run(["servers", "import", "-"], {
      input: JSON.stringify({ mcpServers: servers }),
    });
    expect(ran.exit).toBe(5);
    expect(ran.out).toMatch(/^My Files +my-files +added/m);
    expect(ran.out).toMatch(/^broken +- +failed +It has neither a command nor a URL\.$/m);
    expect(ran.err).toMatch(
      /^1 server is not started before you have seen the command: local-mcp-gateway --data-dir \S+ servers confirm my-files\n$/,
    );

    const piped = await place.run(["servers", "confirm", "--all"]);
    expect(piped.exit).toBe(2);
    expect(piped.out).toBe(
      "“my-files” will run this command with your user's rights:\n" +
        '  npx\n  -y\n  pkg\n  "--flag=a b"\n  "x\\u001b[2Jy"\n' +
        "in the folder of the gateway's choice, with no variables of its own.\n",
    );
    expect(await place.json(["servers", "show", "my-files"])).toMatchObject({ confirmed: false });

    const declined = await place.run(["servers", "confirm", "my-files"], {
      terminal: true,
      input: "n",
    });
    expect(declined).toMatchObject({
      exit: 0,
      out: expect.stringMatching(/Confirmed 0 of 1 server\.\n$/),
    });
    expect(await place.json(["servers", "show", "my-files"])).toMatchObject({ confirmed: false });

    await place.run(["servers", "confirm", "--all"], { terminal: true, input: "y" });
    expect(await place.json(["servers", "show", "my-files"])).toMatchObject({ confirmed: true });
    expect((await place.run(["servers", "confirm", "--all"])).out).toBe(
      "No server waits for a confirmation.\n",
    );
  });

  test("--yes does not ask, and names the variables without their values", async () => {
    const file = place.write(
      "c.json",
      JSON.stringify({
        servers: { one: { command: "node", env: { TOKEN: "hush-hush" }, cwd: "/srv" } },
      }),
    );
    await place.run(["servers", "import", file], { env });
    const ran = await place.run(["servers", "confirm", "one", "--yes", "--json"], { env });
    expect(JSON.parse(ran.out)).toEqual([{ name: "one", confirmed: true }]);
    expect(ran.err).toContain("in the folder /srv, with the variable TOKEN.");
    expect(ran.out + ran.err).not.toContain("hush-hush");
  });

  test("ends with 3 when all entries have errors, 1 when there is no file", async () => {
    const bad = place.write("bad.json", JSON.stringify({ mcpServers: { broken: {} } }));
    expect((await place.run(["servers", "import", bad])).exit).toBe(3);
    expect(await place.run(["servers", "import", join(place.directory, "none")])).toMatchObject({
      exit: 1,
      err: expect.stringContaining("there is no such file"),
    });
    expect((await place.run(["servers", "import", "-"], { input: "{" })).exit).toBe(3);
    expect((await place.run(["servers", "import", "-"], { input: "What is this?" })).exit).toBe(3);
  });

  test("reads TOML and commands as well as JSON", async () => {
    const toml = '[mcp_servers.one]\ncommand = "npx"\nargs = ["-y", "one"]\n';
    const ran = await place.run(["servers", "import", "-"], { input: toml });
    expect(ran.out).toMatch(/^one +one +added/m);
    await place.run(["servers", "import", "-"], { input: "$ uvx mcp-server-git" });
    expect(await place.json(["servers", "show", "git"])).toMatchObject({
      confirmed: false,
      config: { command: "uvx", args: ["mcp-server-git"] },
    });
  });
});

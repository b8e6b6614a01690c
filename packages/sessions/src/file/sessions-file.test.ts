import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { GatewayError } from "@local-mcp/contract";
import type { Sealer } from "@local-mcp/vault";
import { openVault } from "@local-mcp/vault/test-kit";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { clientSession, refusalOf, secretMembers, session, START } from "../test-kit.ts";
import { FileStorageBackend } from "./file.ts";

vi.setConfig({ testTimeout: 60_000 });

/** As the library's own file store writes it. */
const SEED = `[
  {
    "sessionId": "abc123",
    "identity": "user-123",
    "serverId": "server-1",
    "serverName": "My MCP Server",
    "serverUrl": "https://mcp.example.com",
    "callbackUrl": "https://app.com/callback",
    "transportType": "sse",
    "active": true,
    "createdAt": 1706234567890
  }
]`;

let directory: string;
let path: string;
let sealer: Sealer;
const stores: FileStorageBackend[] = [];
const warnings: GatewayError[] = [];

const open = (options: { sealer?: Sealer; path?: string } = {}): FileStorageBackend => {
  const store = new FileStorageBackend(
    { path: options.path ?? path },
    {
      now: () => START,
      warn: (problem) => warnings.push(problem),
      ...(options.sealer && { sealer: options.sealer }),
    },
  );
  stores.push(store);
  return store;
};
const read = async (name = path) => readFile(name, "utf8");
const elements = async (): Promise<Record<string, unknown>[]> => JSON.parse(await read());

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "sessions-"));
  path = join(directory, "sessions.json");
  sealer = await openVault();
});
afterEach(async () => {
  await Promise.all(stores.splice(0).map((store) => store.disconnect()));
  warnings.length = 0;
  await rm(directory, { recursive: true });
});

describe("the file", () => {
  test("is an array that people can read, with the members of the library first", async () => {
    const store = open();
    await store.createSession(session());
    await store.createClientSession(clientSession({ subscriptions: ["file:///a"] }));
    const { subscriptions: _, ...client } = clientSession();
    expect(await elements()).toEqual([
      { ...session(), slides: true, expiresAt: START + 12 * 3_600_000 },
      {
        kind: "client",
        ...client,
        subscriptions: ["file:///a"],
        expiresAt: expect.any(Number),
      },
    ]);
    const text = await read();
    expect(text).toContain('[\n  {\n    "sessionId": "abc123",\n    "identity": "user-123",');
    expect(text).toContain('\n  },\n  {\n    "kind": "client",');
  });

  test("is made with its directory, for its owner only, and so is all beside it", async () => {
    path = join(directory, "deep", "er", "sessions.json");
    const store = open();
    await store.createSession(session());
    await store.updateSession("user-123", "abc123", { active: false });
    const names = await readdir(join(directory, "deep", "er"));
    expect(names.toSorted()).toEqual(["sessions.json", "sessions.json.bak", "sessions.json.lock"]);
    for (const name of names) {
      const { mode } = await stat(join(directory, "deep", "er", name));
      expect([name, mode & 0o777]).toEqual([name, 0o600]);
    }
    await writeFile(path, SEED);
    await chmod(path, 0o644);
    await open().init();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test("is whole at every moment, and what it was before is beside it", async () => {
    const store = open();
    await store.createSession(session({ sessionId: "first" }));
    const writing = new AbortController();
    const reading = (async () => {
      let looked = 0;
      for (; !writing.signal.aborted; looked += 1) {
        expect(await elements()).toContainEqual(expect.objectContaining({ sessionId: "first" }));
      }
      return looked;
    })();
    for (let index = 0; index < 50; index += 1) {
      const before = await read();
      await store.createSession(session({ sessionId: `next-${index}` }));
      expect(await read(`${path}.bak`)).toBe(before);
    }
    writing.abort();
    expect(await reading).toBeGreaterThan(0);
  });

  test("is written once for many changes at once", async () => {
    const store = open();
    await store.init();
    let writes = 0;
    let last = "";
    const writing = new AbortController();
    const looking = (async () => {
      while (!writing.signal.aborted) {
        const now = await read().catch(() => "");
        if (now !== last) writes += 1;
        last = now;
      }
    })();
    await Promise.all(
      Array.from({ length: 500 }, (_, index) =>
        store.createSession(session({ sessionId: `id-${index}` })),
      ),
    );
    writing.abort();
    await looking;
    expect(writes).toBeLessThan(10);
    expect(await elements()).toHaveLength(500);
  });

  test("holds no secret in clear, nor does anything beside it", async () => {
    const store = open({ sealer });
    await store.createSession(session(secretMembers()));
    await store.updateSession("user-123", "abc123", { codeVerifier: "CANARY-again" });
    for (const name of await readdir(directory)) {
      expect(await readFile(join(directory, name), "latin1")).not.toContain("CANARY");
    }
    expect(await elements()).toMatchObject([{ sealed: expect.stringMatching(/^v1\./) }]);
    expect(await open({ sealer }).getSession("user-123", "abc123")).toMatchObject({
      codeVerifier: "CANARY-again",
    });
  });

  test("takes ten thousand sessions, and then names another store", async () => {
    const store = open();
    await Promise.all(
      Array.from({ length: 9999 }, (_, index) =>
        store.createSession(session({ sessionId: `id-${index}` })),
      ),
    );
    await store.createSession(session({ sessionId: "short" }), 1);
    const full: unknown = await store
      .createSession(session({ sessionId: "more" }))
      .catch((error: unknown) => error);
    expect(full).toMatchObject({
      code: "session_store_full",
      message: expect.stringContaining("10000"),
      wayOut: expect.stringContaining("--to sqlite"),
    });
    await store.updateSession("user-123", "id-0", { active: false });
    const later = new FileStorageBackend({ path }, { now: () => START + 1000 });
    stores.push(later);
    await later.createSession(session({ sessionId: "more" }));
    expect(await later.getAllSessionIds()).toHaveLength(10_000);
  });
});

describe("a file of the library's own store", () => {
  test("is read as it is, and keeps the members that only it knows", async () => {
    await writeFile(path, SEED.replace('"createdAt"', '"note": {"b": [1.5]},\n    "createdAt"'));
    const store = open();
    await store.init();
    const expected = session({ createdAt: 1_706_234_567_890 });
    expect(await store.getIdentitySessionsData("user-123")).toStrictEqual([expected]);
    await store.updateSession("user-123", "abc123", { active: false });
    await store.createSession(session({ sessionId: "new" }));
    expect(await elements()).toMatchObject([
      { sessionId: "abc123", active: false, note: { b: [1.5] }, slides: true },
      { sessionId: "new" },
    ]);
  });

  test("has its secrets sealed at the next write, and nowhere in clear after it", async () => {
    const [plain] = JSON.parse(SEED);
    await writeFile(path, JSON.stringify([{ ...plain, ...secretMembers(), note: "kept" }]));
    const store = open({ sealer });
    const expected = { ...session({ createdAt: 1_706_234_567_890 }), ...secretMembers() };
    expect(await store.getSession("user-123", "abc123")).toStrictEqual(expected);
    await store.createSession(session({ sessionId: "new" }));
    for (const name of await readdir(directory)) {
      expect(await readFile(join(directory, name), "latin1")).not.toContain("CANARY");
    }
    expect(await elements()).toMatchObject([
      { note: "kept", sealed: expect.any(String), expiresAt: null },
      {},
    ]);
    expect(await open({ sealer }).getSession("user-123", "abc123")).toStrictEqual(expected);
  });

  test("without a key those with secrets are refused and stay; the others work", async () => {
    const [plain] = JSON.parse(SEED);
    const secret = { ...plain, sessionId: "secret", ...secretMembers() };
    await writeFile(path, JSON.stringify([plain, secret]));
    const store = open();
    expect(await refusalOf(store.getSession("user-123", "secret"))).toBe("session_secret_unset");
    expect(await refusalOf(store.updateSession("user-123", "secret", { active: false }))).toBe(
      "session_secret_unset",
    );
    await store.updateSession("user-123", "abc123", { active: false });
    expect(await store.getAllSessionIds()).toEqual(["abc123", "secret"]);
    expect(await elements()).toMatchObject([{ active: false }, secret]);
    expect(await open({ sealer }).getSession("user-123", "secret")).toMatchObject(secretMembers());
    await store.removeSession("user-123", "secret");
    expect(await read()).not.toContain("CANARY");
  });
});

describe("what is no file of sessions", () => {
  test.each([
    ["an object", '{"name": "package"}', "not an array"],
    ["a number", "42", "not an array"],
    ["an element that is no session", '[{"sessionId": "a", "createdAt": 1}, 5]', "record 2"],
    ["an element without an id", '[{"identity": "a", "createdAt": 1}]', "record 1"],
    [
      "two of one id",
      '[{"sessionId": "a", "createdAt": 1}, {"sessionId": "a", "createdAt": 2}]',
      "record 2 has the id",
    ],
    ["a text of somebody else", "# My notes\n", "not JSON"],
  ])("%s is refused and left alone", async (_, text, words) => {
    await writeFile(path, text);
    const trouble = await open()
      .init()
      .catch((error: unknown) => error);
    expect(trouble).toMatchObject({
      code: "session_store_damaged",
      message: expect.stringContaining(words),
    });
    expect(String(trouble)).toContain(path);
    expect(await read()).toBe(text);
    expect((await readdir(directory)).toSorted()).toEqual(["sessions.json", "sessions.json.lock"]);
  });

  test("a directory, a link, or a path through a file is refused with a way out", async () => {
    await mkdir(path);
    expect(await refusalOf(open().init())).toBe("session_store_unreachable");
    const link = join(directory, "link.json");
    await symlink(path, link);
    expect(await refusalOf(open({ path: link }).init())).toBe("session_store_unreachable");
    await writeFile(join(directory, "file"), "");
    const through = open({ path: join(directory, "file", "sessions.json") });
    expect(await refusalOf(through.init())).toBe("session_store_unreachable");
  });

  test("an empty file is an empty store", async () => {
    await writeFile(path, "");
    const store = open();
    await store.createSession(session());
    expect(await elements()).toHaveLength(1);
  });
});

describe("a file that was damaged", () => {
  /** The file after three changes. */
  const filled = async () => {
    const store = open();
    for (const sessionId of ["one", "two", "three"]) {
      await store.createSession(session({ sessionId }));
    }
    await store.disconnect();
  };

  test.each([
    ["cut off", (text: string) => text.slice(0, -20)],
    ["not UTF-8", (text: string) => Buffer.concat([Buffer.from(text), Buffer.from([0xff])])],
    ["empty", () => ""],
    ["full of zeros", (text: string) => Buffer.alloc(text.length)],
  ])("%s is kept aside, and the last generation is used, which is said", async (_, damage) => {
    await filled();
    const damaged = damage(await read());
    await writeFile(path, damaged);
    const store = open();
    await store.init();
    expect(await store.getAllSessionIds()).toEqual(["one", "two"]);
    expect(warnings).toMatchObject([{ code: "session_store_damaged" }]);
    const [warning] = warnings;
    const aside = /kept as (\S+?)\. /.exec(warning?.wayOut ?? "")?.[1] ?? "";
    expect(aside).toContain(`${path}.damaged-`);
    expect(warning?.wayOut).toContain(`${path}.bak`);
    expect(await readFile(aside)).toEqual(Buffer.from(damaged));
    await store.createSession(session({ sessionId: "four" }));
    expect((await elements()).map(({ sessionId }) => sessionId)).toEqual(["one", "two", "four"]);
    expect(warnings).toHaveLength(1);
  });

  test("together with the last generation is an error once, and nothing is lost", async () => {
    await filled();
    await writeFile(path, "[{");
    await writeFile(`${path}.bak`, "[{{");
    const error: unknown = await open()
      .init()
      .catch((error: unknown) => error);
    expect(error).toMatchObject({
      code: "session_store_damaged",
      wayOut: expect.stringContaining(`${path}.damaged-`),
    });
    const aside = (await readdir(directory)).filter((name) => name.includes(".damaged-"));
    expect(aside).toHaveLength(1);
    expect(await read(join(directory, aside[0] ?? ""))).toBe("[{");
    expect(await read(`${path}.bak`)).toBe("[{{");
    const store = open();
    await store.init();
    expect(await store.getAllSessionIds()).toEqual([]);
  });
});

describe("processes", () => {
  const script = join(import.meta.dirname, "two-processes.fixture.ts");
  const start = (prefix: string, ...more: string[]) =>
    watched(
      spawn(process.execPath, [script, path, prefix, ...more], {
        stdio: ["ignore", "pipe", "inherit"],
      }),
    );
  const watched = (child: ChildProcessByStdio<null, Readable, Readable | null>) => {
    let said = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    return {
      child,
      /** Ids of which it heard that they are kept; a line that was cut off was not told. */
      kept: () => said.split("\n").slice(0, -1),
    };
  };

  test("two on one file lose nothing of each other", async () => {
    const [one, two] = [start("one", "40"), start("two", "40")];
    const here = open();
    for (let index = 0; index < 20; index += 1) {
      await here.createSession(session({ sessionId: `here-${index}` }));
    }
    await Promise.all([one, two].map(({ child }) => once(child, "close")));
    const ids = await here.getAllSessionIds();
    expect(new Set(ids)).toEqual(
      new Set([
        ...one.kept(),
        ...two.kept(),
        ...Array.from({ length: 20 }, (_, index) => `here-${index}`),
      ]),
    );
    expect(ids).toHaveLength(100);
  });

  test("that can write no more say so, and leave the file as it was", async () => {
    // What a full disk does, for one process: no file of it may be longer than 8 blocks.
    const words = 'ulimit -f 8; exec "$0" "$@"';
    const args = ["-c", words, process.execPath, script, path, "full", "1000"];
    const child = spawn("sh", args, { stdio: ["ignore", "pipe", "pipe"] });
    const { kept } = watched(child);
    const [said] = await Promise.all([text(child.stderr), once(child, "close")]);
    expect(said).toContain("disk_full");
    expect(child.exitCode).not.toBe(0);
    expect(kept().length).toBeGreaterThan(1);
    expect(await open().getAllSessionIds()).toEqual(kept().toSorted());
    expect(await readdir(directory)).not.toContain("sessions.json.tmp");
  });

  test("killed at any moment, lose nothing that they said was kept", async () => {
    const kept: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      const { child, kept: told } = start(`round-${round}`);
      // A few later in each round, so that it is killed in other steps of a write.
      while (told().length < 2 + round) await once(child.stdout, "data");
      child.kill("SIGKILL");
      await once(child, "close");
      kept.push(...told());
      const ids = await open().getAllSessionIds();
      expect(kept.filter((id) => !ids.includes(id))).toEqual([]);
      // One more may have been written and not told.
      expect(ids.length).toBeLessThanOrEqual(kept.length + round + 1);
    }
    expect(warnings).toEqual([]);
  });
});

import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { GatewayError } from "@local-mcp/contract";
import { afterEach, describe, expect, test } from "vitest";
import type { AuditNote } from "../audit/note.ts";
import { LOCAL, type Principal } from "../tokens/principal.ts";
import { sendError } from "./answers.ts";
import { type BackupTransfer, createBackupRoutes } from "./backup-routes.ts";
import { Unhurried } from "./unhurried.ts";

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

interface Served {
  principal?: Principal;
  stallMs?: number;
  /** Node's limit for a whole request, ms. */
  requestTimeout?: number;
  files?: Partial<BackupTransfer>;
}

/** The routes alone, for whoever is given. Files are in memory. */
async function serve({ principal = LOCAL, stallMs, requestTimeout = 0, files }: Served = {}) {
  const notes: AuditNote[] = [];
  const got: { name: string; bytes: Buffer; size: number | null }[] = [];
  const failures: unknown[] = [];
  const answerAt = createBackupRoutes({
    files: {
      read: async (id) => {
        if (id !== "a.age") throw new GatewayError("backup_not_found", { backup: id });
        return { name: "a.age", bytes: 3, stream: Readable.from([Buffer.from("abc")]) };
      },
      receive: async (name, stream, size) => {
        got.push({ name, bytes: await buffer(stream), size });
        return { backup: "upload-1" };
      },
      ...files,
    },
    audit: { record: (_actor, note) => void notes.push(note) },
    ...(stallMs === undefined ? {} : { stallMs }),
  });
  const server = createServer(
    { requestTimeout, connectionsCheckingInterval: 20 },
    (request, response) => {
      const path = (request.url ?? "").split("?", 1)[0] ?? "";
      const answer = answerAt(path);
      // As a request of another client that takes its time.
      const work = answer
        ? unhurried.run(() => answer(request, response, principal))
        : buffer(request).then(() => void response.writeHead(404).end());
      work.catch((error: unknown) => {
        failures.push(error);
        if (error instanceof GatewayError) sendError(response, error, null);
      });
    },
  ).listen(0, "127.0.0.1");
  const unhurried = new Unhurried(server);
  await once(server, "listening");
  ends.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return { url: `http://127.0.0.1:${port}`, port, notes, got, failures };
}

/** A connection on which bytes are sent by hand; `answer` is all that came until it was closed. */
async function open(port: number) {
  const socket = connect(port, "127.0.0.1");
  ends.push(() => void socket.destroy());
  await once(socket, "connect");
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
  // A connection that is reset is closed as well.
  socket.on("error", () => {});
  const closed = once(socket, "close");
  return {
    send: (bytes: string) => socket.write(bytes),
    answer: async () => {
      await closed;
      return text;
    },
    destroy: () => socket.destroy(),
  };
}

const head = (first: string, ...headers: string[]): string =>
  [`${first} HTTP/1.1`, "Host: localhost", "Connection: close", ...headers, "", ""].join("\r\n");
const upload = (...headers: string[]): string =>
  head("POST /api/backups/files", "Content-Type: application/octet-stream", ...headers);

const bearer = { authorization: "Bearer lmg_x" };
const octets = { ...bearer, "content-type": "application/octet-stream" };

describe("a backup that is fetched", () => {
  test("comes whole, for no page and under a safe name, and is on record", async () => {
    const name = 'a "b"\r\n; c/ü.age';
    const stream = () => Readable.from([Buffer.from("abc")]);
    const { url, notes } = await serve({
      files: { read: async () => ({ name, bytes: 3, stream: stream() }) },
    });
    const answer = await fetch(`${url}/api/backups/x/file`);
    expect(await answer.text()).toBe("abc");
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "application/octet-stream",
      "content-length": "3",
      "content-disposition": 'attachment; filename="a__b_____c__.age"',
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "cross-origin-resource-policy": "same-origin",
    });
    expect(notes).toEqual([
      { action: "backup.read", subject: { kind: "backup", id: "x", name }, detail: { bytes: 3 } },
    ]);
  });

  test("by HEAD is only told of", async () => {
    const stream = Readable.from([Buffer.from("abc")]);
    const { url, notes } = await serve({
      files: { read: async () => ({ name: "a", bytes: 3, stream }) },
    });
    const answer = await fetch(`${url}/api/backups/a.age/file`, { method: "HEAD" });
    expect([answer.headers.get("content-length"), await answer.text()]).toEqual(["3", ""]);
    expect([notes, stream.destroyed]).toEqual([[], true]);
  });

  test.each([
    ["shorter", "ab"],
    ["longer", "abcd"],
  ])("is cut where its file is %s than was told", async (_, text) => {
    const stream = Readable.from([Buffer.from(text)]);
    const { url } = await serve({
      files: { read: async () => ({ name: "a", bytes: 3, stream }) },
    });
    const fetched = fetch(`${url}/api/backups/a.age/file`).then((answer) => answer.text());
    await expect(fetched).rejects.toThrow(/terminated|fetch failed/);
  });

  test("is let go when who fetches it has left, or reads no more", async () => {
    const endless = () => Readable.from(forEver());
    const streams: Readable[] = [];
    const { port } = await serve({
      stallMs: 50,
      files: {
        read: async () => {
          streams.push(endless());
          return { name: "a", bytes: 2 ** 40, stream: streams.at(-1) ?? endless() };
        },
      },
    });
    const leaving = await open(port);
    leaving.send(head("GET /api/backups/a.age/file"));
    await until(() => streams.length === 1);
    leaving.destroy();
    const stalling = connect(port, "127.0.0.1").pause();
    ends.push(() => void stalling.destroy());
    stalling.write(head("GET /api/backups/a.age/file"));
    await until(() => streams.length === 2 && streams.every(({ destroyed }) => destroyed));
    expect(streams.map(({ destroyed }) => destroyed)).toEqual([true, true]);
  });

  test.each(["nothing", "..%2f..%2fetc%2fpasswd", "%2e%2e", "%00", "a%", "a.age%00"])(
    "%s is not there",
    async (id) => {
      const { port } = await serve();
      const connection = await open(port);
      connection.send(head(`GET /api/backups/${id}/file`));
      expect(await connection.answer()).toMatch(/^HTTP\/1.1 404 [^]*backup_not_found/);
    },
  );
});

describe("a file that is brought", () => {
  test("is taken as it comes, with its name for people", async () => {
    const { url, got } = await serve();
    const body = Buffer.alloc(300_000, 7);
    const given = { method: "POST", headers: octets, body };
    const answer = await fetch(
      `${url}/api/backups/files?name=${encodeURIComponent("../ü")}`,
      given,
    );
    expect([answer.status, await answer.json()]).toEqual([201, { backup: "upload-1" }]);
    expect(got).toEqual([{ name: "../ü", bytes: body, size: body.length }]);
  });

  test("in chunks has no size before its end", async () => {
    const { port, got } = await serve();
    const connection = await open(port);
    connection.send(upload("Transfer-Encoding: chunked"));
    connection.send("3\r\nabc\r\n0\r\n\r\n");
    expect(await connection.answer()).toMatch(/^HTTP\/1.1 201 /);
    expect(got).toEqual([{ name: "", bytes: Buffer.from("abc"), size: null }]);
  });

  test.each([
    [octets, 201],
    [{ ...octets, "content-type": "Application/Octet-Stream; x=y" }, 201],
    [bearer, 201],
    [{ "content-type": "application/octet-stream" }, 201],
    // What a page can have a browser send along with a password that it knows.
    [{ authorization: "Basic YTpi" }, 415],
    [{ ...bearer, "content-type": "multipart/form-data; boundary=x" }, 415],
    [{ ...bearer, "content-type": "application/x-www-form-urlencoded" }, 415],
    [{ ...bearer, "content-type": "text/plain" }, 415],
    [{ ...bearer, "content-type": "application/json" }, 415],
  ])("with %j is answered with %i", async (headers, status) => {
    const { url, got } = await serve();
    const given = { method: "POST", headers, body: Buffer.from("abc") };
    expect((await fetch(`${url}/api/backups/files`, given)).status).toBe(status);
    expect(got.length).toBe(status === 201 ? 1 : 0);
  });

  test("takes longer than another request may, as long as it moves", async () => {
    const { port, got } = await serve({ requestTimeout: 100, stallMs: 5000 });
    const [slow, other] = [await open(port), await open(port)];
    other.send(head("POST /elsewhere", "Content-Length: 6"));
    slow.send(upload("Content-Length: 6"));
    for (const byte of "abcdef") {
      await sleep(60);
      slow.send(byte);
    }
    expect(await slow.answer()).toMatch(/^HTTP\/1.1 201 /);
    expect(got[0]?.bytes.toString()).toBe("abcdef");
    // From now on the limit is there again, for what was slow before too.
    expect(await other.answer()).toMatch(/^HTTP\/1.1 408 /);
  });

  test("ends where it stalls", async () => {
    const { port, got, failures } = await serve({ stallMs: 50 });
    const connection = await open(port);
    connection.send(`${upload("Content-Length: 6")}abc`);
    expect(await connection.answer()).toBe("");
    await until(() => failures.length === 1);
    expect(got).toEqual([]);
  });

  test("is not given up while the disk is waited for", async () => {
    const { url } = await serve({
      stallMs: 250,
      files: {
        receive: async (_name, stream) => {
          await buffer(stream);
          await sleep(500);
          return { backup: "upload-2" };
        },
      },
    });
    const given = { method: "POST", headers: octets, body: Buffer.from("abc") };
    expect((await fetch(`${url}/api/backups/files`, given)).status).toBe(201);
  });
});

describe("who may", () => {
  test.each([
    ["only use", { ...LOCAL, rights: ["use", "processes"] as const }],
    ["manage in one profile", { ...LOCAL, profileId: "dev" }],
  ])("%s: is refused both ways", async (_, principal) => {
    const { url, got, notes } = await serve({ principal });
    const given = { method: "POST", headers: octets, body: Buffer.from("abc") };
    const answers = await Promise.all([
      fetch(`${url}/api/backups/files`, given),
      fetch(`${url}/api/backups/a.age/file`),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([403, 403]);
    expect([got, notes]).toEqual([[], []]);
  });

  test.each([
    ["PUT", "/api/backups/files", "POST"],
    ["GET", "/api/backups/files", "POST"],
    ["DELETE", "/api/backups/files", "POST"],
    ["POST", "/api/backups/a.age/file", "GET, HEAD"],
    ["DELETE", "/api/backups/a.age/file", "GET, HEAD"],
  ])("%s %s is not possible", async (method, path, allow) => {
    const { url } = await serve();
    const answer = await fetch(url + path, { method });
    expect([answer.status, answer.headers.get("allow")]).toEqual([405, allow]);
  });

  test.each(["/api/backups", "/api/backups/a/b/file", "/api/backups//file", "/api/backups/a"])(
    "%s is for another part of the API",
    (path) => {
      const routes = createBackupRoutes({
        files: { read: () => never(), receive: () => never() },
        audit: { record: () => never() },
      });
      expect(routes(path)).toBeNull();
    },
  );
});

function never(): never {
  throw new Error("it was asked");
}

function* forEver(): Generator<Buffer> {
  for (;;) yield Buffer.alloc(65_536);
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(10);
}

import { execFileSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { Agent, createServer, type RequestListener } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { GatewayError } from "@local-mcp/contract";
import type { BackupTransfer } from "@local-mcp/gateway";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { backupFiles } from "./files.ts";
import { httpTransfer } from "./http-transfer.ts";

let directory: string;
const ends: (() => void)[] = [];
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "local-mcp-files-"));
});
afterEach(() => {
  for (const end of ends.splice(0)) end();
  rmSync(directory, { recursive: true, force: true });
});

const never = (): never => {
  throw new Error("it was asked");
};
/** What a gateway sends for a backup. */
const sends = (stream: Readable, bytes: number) =>
  backupFiles({ read: async (name) => ({ name, bytes, stream }), receive: never });
const abc = () => Readable.from([Buffer.from("ab"), Buffer.from("c")]);
const failing = (error: Error) =>
  Readable.from(
    (function* () {
      yield Buffer.from("ab");
      throw error;
    })(),
  );

describe("a backup that is fetched", () => {
  test("is there whole, for its owner only", async () => {
    const to = join(directory, "a.age");
    expect(await sends(abc(), 3).download("a.age", to)).toEqual({ bytes: 3 });
    expect(readFileSync(to, "utf8")).toBe("abc");
    expect(statSync(to).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory)).toEqual(["a.age"]);
  });

  test.each([
    ["a file", (to: string) => writeFileSync(to, "before")],
    ["a directory", (to: string) => mkdirSync(to)],
    ["a link to nothing", (to: string) => symlinkSync("nowhere", to)],
  ])("does not replace %s", async (_, put) => {
    const to = join(directory, "a.age");
    put(to);
    const before = lstatSync(to);
    const files = backupFiles({ read: never, receive: never });
    await expect(files.download("a.age", to)).rejects.toMatchObject({
      code: "backup_file_exists",
      params: { path: to },
    });
    expect([lstatSync(to).ino, readdirSync(directory)]).toEqual([before.ino, ["a.age"]]);
  });

  test("does not replace a file that came meanwhile", async () => {
    const to = join(directory, "a.age");
    const stream = Readable.from(
      (function* () {
        yield Buffer.from("abc");
        writeFileSync(to, "theirs");
      })(),
    );
    await expect(sends(stream, 3).download("a.age", to)).rejects.toMatchObject({
      code: "backup_file_exists",
    });
    expect([readFileSync(to, "utf8"), readdirSync(directory)]).toEqual(["theirs", ["a.age"]]);
  });

  test("goes through no link that waits where it is written", async () => {
    const to = join(directory, "a.age");
    const theirs = join(directory, "theirs");
    writeFileSync(theirs, "theirs");
    symlinkSync(theirs, `${to}.partial`);
    await expect(sends(abc(), 3).download("a.age", to)).rejects.toMatchObject({
      code: "backup_file_exists",
      params: { path: `${to}.partial` },
    });
    expect(readFileSync(theirs, "utf8")).toBe("theirs");
  });

  test.each([
    ["shorter than was told", () => abc(), 4, "backup_transfer_cut"],
    ["longer than was told", () => abc(), 2, "backup_transfer_cut"],
    ["broken off", () => failing(new Error("reset")), 3, "backup_transfer_cut"],
    ["refused midway", () => failing(new GatewayError("shutting_down")), 3, "shutting_down"],
  ])("leaves nothing where it is %s", async (_, stream, bytes, code) => {
    const to = join(directory, "a.age");
    await expect(sends(stream(), bytes).download("a.age", to)).rejects.toMatchObject({ code });
    expect(readdirSync(directory)).toEqual([]);
  });

  test("leaves nothing where a person stops it", async () => {
    const stop = new AbortController();
    const stream = Readable.from(
      (function* () {
        yield Buffer.from("ab");
        stop.abort();
        yield Buffer.from("c");
      })(),
    );
    const fetched = sends(stream, 3).download("a.age", join(directory, "a.age"), stop.signal);
    await expect(fetched).rejects.toMatchObject({ code: "request_cancelled" });
    expect(readdirSync(directory)).toEqual([]);
  });

  test("that is not there leaves nothing", async () => {
    const files = backupFiles({
      read: async (backup) => {
        throw new GatewayError("backup_not_found", { backup });
      },
      receive: never,
    });
    await expect(files.download("x", join(directory, "x"))).rejects.toMatchObject({
      code: "backup_not_found",
    });
    expect(readdirSync(directory)).toEqual([]);
  });

  test("says what is wrong with the place", async () => {
    const place = (to: string) => sends(abc(), 3).download("a.age", to);
    await expect(place(join(directory, "none", "a.age"))).rejects.toMatchObject({
      code: "file_unwritable",
      params: { reason: "there is no such file" },
    });
    writeFileSync(join(directory, "file"), "");
    await expect(place(join(directory, "file", "a.age"))).rejects.toMatchObject({
      code: "file_unwritable",
    });
  });

  test.runIf(process.getuid?.() !== 0)("says so where it may not write", async () => {
    chmodSync(directory, 0o500);
    const fetched = sends(abc(), 3).download("a.age", join(directory, "a.age"));
    await expect(fetched).rejects.toMatchObject({
      code: "file_unwritable",
      params: { reason: "permission denied" },
    });
    chmodSync(directory, 0o700);
  });

  test.runIf(canMount())("says so where the disk is full or read-only", () => {
    const script = `
      import { Readable } from "node:stream";
      import { backupFiles } from ${JSON.stringify(new URL("./files.ts", import.meta.url).href)};
      import { readdirSync } from "node:fs";
      const files = backupFiles({
        read: async (name) => ({ name, bytes: 1e6, stream: Readable.from([Buffer.alloc(1e6)]) }),
      });
      const said = (error) => [error.code, error.params.reason];
      for (const to of ["small", "fixed"]) {
        console.log(JSON.stringify(await files.download("a", to + "/a").catch(said)));
        console.log(JSON.stringify(readdirSync(to)));
      }`;
    const mounts = [
      "mkdir small fixed",
      "mount -t tmpfs -o size=64k tmpfs small",
      "mount -t tmpfs -o ro tmpfs fixed",
      'exec "$0" --input-type=module -e "$1"',
    ].join(" && ");
    const ran = execFileSync("unshare", ["-rm", "sh", "-c", mounts, process.execPath, script], {
      cwd: directory,
      encoding: "utf8",
    });
    expect(
      ran
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      ["disk_full", "the disk is full"],
      [],
      ["file_unwritable", "the file system is read-only"],
      [],
    ]);
  });
});

/** Whether a file system of its own can be had here. */
function canMount(): boolean {
  try {
    execFileSync("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** What a gateway got. */
const got: { name: string; bytes: Buffer; size: number | null }[] = [];
const takes: BackupTransfer = {
  read: never,
  receive: async (name, stream, size) => {
    got.push({ name, bytes: await buffer(stream), size });
    return { backup: "upload-1" };
  },
};

describe("a file that is brought", () => {
  beforeEach(() => void got.splice(0));

  test("is sent whole, by its name", async () => {
    const bytes = Buffer.alloc(700_000, 3);
    writeFileSync(join(directory, "a.age"), bytes);
    expect(await backupFiles(takes).upload(join(directory, "a.age"))).toBe("upload-1");
    expect(got).toEqual([{ name: "a.age", bytes, size: bytes.length }]);
  });

  test.each([
    ["nothing", () => {}, "there is no such file"],
    ["a directory", (path: string) => mkdirSync(path), "it is a directory"],
    ["an empty file", (path: string) => writeFileSync(path, ""), "it is empty"],
    [
      "a pipe",
      (path: string) => void execFileSync("sh", ["-c", 'mkfifo "$0"', path]),
      "it is no file",
    ],
    ["a device", (path: string) => symlinkSync("/dev/zero", path), "it is no file"],
  ])("that is %s is refused before anything is sent", async (_, put, reason) => {
    const path = join(directory, "a.age");
    put(path);
    const files = backupFiles({ read: never, receive: never });
    await expect(files.upload(path)).rejects.toMatchObject({
      code: "file_unreadable",
      params: { path, reason },
    });
  });

  test("is not sent on where a person stops it, whatever its receiver makes of that", async () => {
    const path = join(directory, "a.age");
    writeFileSync(path, Buffer.alloc(2_000_000));
    const stop = new AbortController();
    let received = 0;
    const files = backupFiles({
      read: never,
      receive: async (_name, stream) => {
        try {
          for await (const chunk of stream) {
            received += Buffer.byteLength(chunk);
            stop.abort();
          }
        } catch {
          throw new GatewayError("backup_transfer_cut", { name: "a.age" });
        }
        return { backup: "upload-1" };
      },
    });
    const sent = files.upload(path, stop.signal);
    await expect(sent).rejects.toMatchObject({ code: "backup_cancelled" });
    expect(received).toBeLessThan(2_000_000);
  });

  test("that becomes shorter meanwhile is not taken for a whole one", async () => {
    const path = join(directory, "a.age");
    writeFileSync(path, Buffer.alloc(2_000_000));
    const files = backupFiles({
      read: never,
      receive: async (_name, stream) => {
        for await (const _chunk of stream) truncateSync(path, 300_000);
        return { backup: "upload-1" };
      },
    });
    await expect(files.upload(path)).rejects.toMatchObject({
      code: "file_unreadable",
      params: { reason: "it became shorter while it was read" },
    });
  });
});

/** The files of a server that answers like this. */
async function over(answer: RequestListener) {
  const server = createServer(answer).listen(0, "127.0.0.1");
  await once(server, "listening");
  const agent = new Agent({ keepAlive: true });
  ends.push(() => {
    agent.destroy();
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return backupFiles(
    httpTransfer({ url: `http://127.0.0.1:${port}`, authorization: "Bearer lmg_x" }, agent),
  );
}

const refusal = (code: string, params = {}): string =>
  JSON.stringify({ error: { code, params, message: "m", wayOut: "w" } });

describe("over HTTP", () => {
  test("both ways with the token, and by an id that is no path", async () => {
    const seen: unknown[] = [];
    const files = await over((request, response) => {
      const { method, url, headers } = request;
      seen.push([method, url, headers.authorization, headers["content-length"]]);
      if (method === "GET") {
        response.end("abc");
        return;
      }
      request.on("data", (chunk: Buffer) => seen.push(chunk.toString()));
      request.on("end", () => response.writeHead(201).end('{"backup":"upload-7"}'));
    });
    const to = join(directory, "a b.age");
    expect(await files.download("../a b.age", to)).toEqual({ bytes: 3 });
    expect(await files.upload(to)).toBe("upload-7");
    expect(seen).toEqual([
      ["GET", "/api/backups/..%2Fa%20b.age/file", "Bearer lmg_x", undefined],
      ["POST", "/api/backups/files?name=a%20b.age", "Bearer lmg_x", "3"],
      "abc",
    ]);
    for (const id of ["", ".", ".."]) {
      await expect(files.download(id, join(directory, "x"))).rejects.toMatchObject({
        code: "backup_not_found",
      });
    }
  });

  test("a connection that is cut is no whole file", async () => {
    const files = await over((_, response) => {
      response.writeHead(200, { "content-length": 1_000_000 });
      response.write(Buffer.alloc(500_000), () => response.destroy());
    });
    await expect(files.download("a", join(directory, "a"))).rejects.toMatchObject({
      code: "backup_transfer_cut",
    });
    expect(readdirSync(directory)).toEqual([]);
  });

  test.each([
    [404, refusal("backup_not_found", { backup: "a" }), "backup_not_found"],
    [403, refusal("token_lacks_right", { right: "manage" }), "token_lacks_right"],
    [401, "<h1>no</h1>", "not_a_gateway"],
    [500, "{}", "not_a_gateway"],
    [200, refusal("backup_busy"), "backup_busy"],
  ])("an answer %i %s is %s", async (status, body, code) => {
    const files = await over((request, response) => {
      if (status === 200 && request.method === "GET") response.writeHead(409).end(body);
      else response.writeHead(status).end(body);
    });
    const path = join(directory, "a");
    await expect(files.download("a", path)).rejects.toMatchObject({ code });
    writeFileSync(path, Buffer.alloc(3_000_000));
    // Also where it comes before the file was sent.
    await expect(files.upload(path)).rejects.toMatchObject({ code });
  });

  test("a connection that is cut while a file is sent", async () => {
    const files = await over((request) => void request.once("data", () => request.destroy()));
    const path = join(directory, "a");
    writeFileSync(path, Buffer.alloc(3_000_000));
    await expect(files.upload(path)).rejects.toMatchObject({ code: "backup_transfer_cut" });
  });

  test("nobody there", async () => {
    const agent = new Agent();
    const files = backupFiles(
      httpTransfer({ url: "http://127.0.0.1:1", authorization: "Bearer lmg_x" }, agent),
    );
    const path = join(directory, "a");
    await expect(files.download("a", path)).rejects.toMatchObject({ code: "gateway_unreachable" });
    writeFileSync(path, "abc");
    await expect(files.upload(path)).rejects.toMatchObject({ code: "gateway_unreachable" });
  });
});

/** Where a REST tool is led by others, and what they answer it with. */
import { gzipSync } from "node:zlib";
import { describe, expect, it, vi } from "vitest";
import { resolveTo } from "../../packages/engine/src/network/resolver.fixture.ts";
import { afterTest, call } from "../fixtures/test-support.ts";
import { api, echo, failure, JSON_TYPE, serveTools } from "./tools-stage.ts";

/** What the resolver of this computer answers for any name. */
const resolved = { address: "127.0.0.1" };
resolveTo(() => [resolved.address]);

/** Of a body that nobody reads, so much at most may be on its way already. */
const BUFFERED = 64 * 1024 * 1024;

describe("N-18: where a tool is led", () => {
  it.each([
    "http://169.254.169.254/latest/meta-data/",
    "https://169.254.169.254/",
    "http://2852039166/",
    "http://0xA9FEA9FE/",
    "http://[::ffff:a9fe:a9fe]/",
    "http://metadata.google.internal./",
    "https://10.0.0.1/",
    "https://localhost:1/",
    "https://127.1/",
    "https://user:pass@192.168.1.1/",
    "https://nas.local/",
    "http://public.test/",
    "https://public.test/",
  ])("by a redirect, it does not go inside: %s", async (location) => {
    const there = await api((_, response) => response.writeHead(302, { location }).end());
    const { use } = await serveTools(there.url, {});
    expect(await use()).toEqual(failure(/“it” may not reach/, "tool_address_blocked"));
    expect(there.asked).toHaveLength(1);
  });

  it("by the end of a chain, neither", async () => {
    const there = await api(({ path }, response) => {
      const nth = Number(path.slice(1)) + 1;
      const location = nth === 3 ? "http://169.254.169.254/" : `/${nth}`;
      response.writeHead(307, { location }).end();
    });
    const { use } = await serveTools(there.url, { url: `${there.url}/0` });
    expect(await use()).toEqual(failure(/may not reach “169.254.169.254”/));
    expect(there.asked.map(({ path }) => path)).toEqual(["/0", "/1", "/2"]);
  });

  it("by a name, it goes where that is public, or where it may", async () => {
    afterTest(() => (resolved.address = "127.0.0.1"));
    const there = await api(echo);
    const named = `http://public.test:${there.port}/`;
    const { use, api: own } = await serveTools(named, { allowPrivateNetwork: false });
    for (const address of [
      "127.0.0.1",
      "10.0.0.1",
      "192.168.0.1",
      "100.64.0.1",
      "169.254.169.254",
      "::1",
      "::ffff:10.0.0.1",
      "fd00::1",
      "fe80::1",
      "0.0.0.0",
      "224.0.0.1",
    ]) {
      resolved.address = address;
      expect(await use()).toEqual(failure(/“it” may not reach “public.test”/));
    }
    expect(there.asked).toEqual([]);
    await own.tools.update({ tool: "it", changes: { allowPrivateNetwork: true } });
    for (const address of ["169.254.169.254", "fe80::1", "0.0.0.0"]) {
      resolved.address = address;
      expect(await use()).toEqual(failure(/“it” may not reach/, "tool_address_blocked"));
    }
    expect(there.asked).toEqual([]);
    resolved.address = "127.0.0.1";
    expect(await use()).not.toHaveProperty("isError");
    expect(there.asked).toHaveLength(1);
  });

  it("what is not GET follows nothing, and is sent once", async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      const there = await api((_, response) =>
        response.writeHead(status, { location: "/again?code=hidden" }).end(),
      );
      const { use } = await serveTools(there.url, { method: "POST" });
      const told = await use({ note: "x" });
      expect(told).toEqual(failure(new RegExp(`^HTTP ${status} .*at 127\\.0\\.0\\.1`)));
      expect(JSON.stringify(told)).not.toContain("hidden");
      expect(there.asked).toHaveLength(1);
    }
    const cut = await api((_, response) => response.destroy());
    const { use } = await serveTools(cut.url, { method: "POST" });
    expect(await use()).toEqual(failure(/was not answered/, "tool_unreachable"));
    expect(cut.asked).toHaveLength(1);
  });
});

describe("an answer that is of no use", () => {
  it("2 GB without an end in sight: reading stops at the limit", async () => {
    const CHUNK = Buffer.alloc(1024 * 1024, "x");
    let sent = 0;
    const endless = await api((_, response) => {
      response.writeHead(200, { "content-type": "text/plain" });
      const more = (): void => {
        while (sent < 2 * 1024 ** 3 && !response.destroyed) {
          sent += CHUNK.length;
          if (!response.write(CHUNK)) return void response.once("drain", more);
        }
        response.end();
      };
      more();
    });
    const { use, api: own } = await serveTools(endless.url, { maxResponseBytes: 100_000 });
    expect(await use()).toEqual(
      failure(/“it” was answered more than .* by 127/, "tool_answer_too_large"),
    );
    const trial = await own.tools.test({ tool: "it", arguments: {} });
    expect(trial).toMatchObject({
      status: null,
      bytes: 0,
      answer: null,
      result: { isError: true },
    });
    await vi.waitFor(() => expect(endless.open()).toBe(0));
    expect(sent).toBeLessThan(BUFFERED);
  });

  it("one that is packed, which could be a thousand times its size", async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024));
    const there = await api(({ headers }, response) => {
      expect(headers["accept-encoding"]).toBe("identity");
      response.writeHead(200, { "content-encoding": "gzip", ...JSON_TYPE }).end(bomb);
    });
    const { use } = await serveTools(there.url, {});
    expect(await use()).toEqual(failure(/it is packed/, "tool_unreachable"));
  });

  it("one that does not come, or not to its end", async () => {
    const slow = await api((_, response) => {
      response.writeHead(200, JSON_TYPE);
      const timer = setInterval(() => response.write(" "), 20);
      response.once("close", () => clearInterval(timer));
    });
    const { use } = await serveTools(slow.url, { timeoutMs: 200 });
    expect(await use()).toEqual(failure(/not answered by .* within 0.2 s/, "tool_too_late"));
    await vi.waitFor(() => expect(slow.open()).toBe(0));
    expect(slow.asked).toHaveLength(1);
  });

  it("one that nobody waits for any more", async () => {
    const silent = await api(() => {});
    const { client } = await serveTools(silent.url, {});
    const stop = new AbortController();
    const options = { id: "gone", signal: stop.signal };
    const asked = client.request("tools/call", call("it"), options).catch(() => null);
    await vi.waitFor(() => expect(silent.open()).toBe(1));
    await client.notify("notifications/cancelled", { requestId: "gone" });
    await vi.waitFor(() => expect(silent.open()).toBe(0));
    stop.abort();
    await asked;
    expect(silent.asked).toHaveLength(1);
  });

  it("one that is not what it says, or not what was promised", async () => {
    const there = await api(({ path }, response) => {
      const type = path === "/html" ? "text/html" : "application/json";
      response.writeHead(200, { "content-type": type }).end("<html>");
    });
    const { use } = await serveTools(
      there.url,
      { name: "it", url: `${there.url}/json` },
      { name: "html", url: `${there.url}/html`, responseFilter: "a" },
    );
    expect(await use()).toEqual(failure(/says that it is JSON .*, and is not/));
    expect(await use({}, "html")).toEqual(failure(/JSON was expected, and text\/html/));
  });
});

import { afterAll, describe, expect, it } from "vitest";
import { Sandbox } from "./sandbox.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.close());

const codeOf = async (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "done",
    (error: unknown) => (error instanceof Error && "code" in error ? error.code : String(error)),
  );

describe("the sandbox", () => {
  it("renders, validates and filters", async () => {
    const rendered = await sandbox.render("Hello {{ name }}", { name: "Ann" });
    expect(rendered).toEqual({ messages: [{ role: "user", text: "Hello Ann" }] });
    expect(await sandbox.text("{{ a }}\n\n", { a: "x" })).toEqual({ text: "x\n" });
    expect(await sandbox.variables("{{ b }}{% set c = a %}{{ c }}")).toEqual({
      variables: ["b", "a"],
    });
    expect(await sandbox.validate({ type: "object", required: ["a"] }, {})).toEqual({
      valid: false,
      problems: [{ path: "a", message: "It is required." }],
    });
    expect(await sandbox.checkSchema({ type: "nothing" })).toContain("type: It has to be one of");
    expect(await sandbox.filter("a[].b", { a: [{ b: 1 }, { b: 2 }] })).toEqual([1, 2]);
    expect(await sandbox.checkFilter("a[")).not.toBeNull();
    expect(await sandbox.checkFilter("a[0]")).toBeNull();
  });

  it("stops what takes too long, and goes on with what waits", async () => {
    const quick = new Sandbox({ deadlineMs: 300 });
    const loop = "{% for a in range(9999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}";
    const slow = codeOf(quick.render(loop, {}));
    const next = quick.render("{{ a }}", { a: "after" });
    expect(await slow).toBe("sandbox_too_slow");
    expect(await next).toEqual({ messages: [{ role: "user", text: "after" }] });
    await quick.close();
  });

  it("ends what is aborted: what waits, and what runs", async () => {
    const own = new Sandbox({ deadlineMs: 60_000 });
    const loop = "{% for a in range(9999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}";
    const running = new AbortController();
    const waiting = new AbortController();
    const first = codeOf(own.render(loop, {}, running.signal));
    const second = codeOf(own.render("a", {}, waiting.signal));
    const third = own.render("b", {});
    waiting.abort(new Error("not wanted"));
    expect(await second).toBe("Error: not wanted");
    running.abort(new Error("enough"));
    expect(await first).toBe("Error: enough");
    expect(await third).toEqual({ messages: [{ role: "user", text: "b" }] });
    await own.close();
  });

  it("ends with what waits and runs, and takes nothing more", async () => {
    const own = new Sandbox({ deadlineMs: 60_000 });
    const loop = "{% for a in range(9999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}";
    const both = [codeOf(own.render(loop, {})), codeOf(own.render("a", {}))];
    await own.close();
    expect(await Promise.all(both)).toEqual(["sandbox_ended", "sandbox_ended"]);
    expect(await codeOf(own.render("a", {}))).toBe("sandbox_ended");
  });
});

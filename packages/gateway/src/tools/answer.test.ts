import { afterAll, describe, expect, it } from "vitest";
import { Sandbox } from "../sandbox/sandbox.ts";
import { isTextual, resultOf, type ToolAnswer } from "./answer.ts";

const sandbox = new Sandbox({ deadlineMs: 20_000 });
afterAll(() => sandbox.close());

const JSON_TYPE = "application/json";
const answered = (text: string, change: Partial<ToolAnswer> = {}): ToolAnswer => ({
  url: "https://api.example/pets/1",
  status: 200,
  contentType: JSON_TYPE,
  location: null,
  bytes: Buffer.from(text),
  text,
  ...change,
});
const bytes = (contentType: string, length = 3): ToolAnswer =>
  answered("", { contentType, bytes: Buffer.alloc(length, 0xff), text: null });

const PLAIN = { outputSchema: null, responseFilter: null };
const result = (answer: ToolAnswer, tool: Parameters<typeof resultOf>[0] = PLAIN) =>
  resultOf(tool, answer, sandbox, new AbortController().signal);
const text = (told: string) => ({ content: [{ type: "text", text: told }] });
const failed = (told: RegExp | string) => ({
  content: [{ type: "text", text: expect.stringMatching(told) }],
  isError: true,
});

describe("an answer becomes", () => {
  it("the JSON that it is, to the digit", async () => {
    const json = '{"id": 12345678901234567890, "b":[1.0]}';
    expect(await result(answered(json))).toEqual(text(json));
    for (const type of ["application/problem+json; charset=utf-8", "TEXT/JSON"]) {
      expect(await result(answered("[1]", { contentType: type }))).toEqual(text("[1]"));
    }
  });

  it("what the filter takes out of it", async () => {
    const tool = { ...PLAIN, responseFilter: "items[].name" };
    const json = '{"items":[{"name":"a"},{"name":"b"}]}';
    expect(await result(answered(json), tool)).toEqual(text('["a","b"]'));
    expect(await result(answered("{}"), { ...PLAIN, responseFilter: "a.b" })).toEqual(text("null"));
    await expect(
      result(answered("{}"), { ...PLAIN, responseFilter: "length(a)" }),
    ).rejects.toMatchObject({ code: "filter_failed" });
  });

  it("structured content where there is an output schema that it fits", async () => {
    const outputSchema = {
      type: "object",
      properties: { id: { type: "integer" } },
      required: ["id"],
    };
    const told = await result(answered('{"id":1,"x":2}'), { ...PLAIN, outputSchema });
    expect(told).toEqual({ ...text('{"id":1,"x":2}'), structuredContent: { id: 1, x: 2 } });
    const filtered = { outputSchema, responseFilter: "{id: a.id}" };
    expect(await result(answered('{"a":{"id":3}}'), filtered)).toMatchObject({
      structuredContent: { id: 3 },
    });
    expect(await result(answered('{"id":"1"}'), { ...PLAIN, outputSchema })).toEqual(
      failed(/does not fit the tool's output schema: id: /),
    );
    expect(await result(answered("[1]"), { ...PLAIN, outputSchema })).toEqual(
      failed(/does not fit .*: the whole: /),
    );
  });

  it("text, an image, a sound, or bytes", async () => {
    expect(await result(answered("<a/>", { contentType: "text/html" }))).toEqual(text("<a/>"));
    const data = Buffer.alloc(3, 0xff).toString("base64");
    expect(await result(bytes("image/png; q=1"))).toEqual({
      content: [{ type: "image", data, mimeType: "image/png" }],
    });
    expect(await result(bytes("audio/wav"))).toEqual({
      content: [{ type: "audio", data, mimeType: "audio/wav" }],
    });
    for (const [said, mimeType] of [
      ["application/pdf", "application/pdf"],
      ["", "application/octet-stream"],
    ] as const) {
      expect(await result(bytes(said))).toEqual({
        content: [
          {
            type: "resource",
            resource: { uri: "https://api.example/pets/1", mimeType, blob: data },
          },
        ],
      });
    }
  });

  it("a sentence where it is empty", async () => {
    const none = answered("", { status: 204, contentType: "", text: "" });
    expect(await result(none)).toEqual(text("HTTP 204 No Content, without a body."));
    expect(await result(answered(""))).toEqual(text("HTTP 200 OK, without a body."));
    expect(await result(none, { ...PLAIN, responseFilter: "a" })).toEqual(
      failed(/JSON was expected, and nothing came/),
    );
  });
});

describe("an error that the model reads is", () => {
  it("a refusal, with what it says, up to a limit", async () => {
    const refused = answered('{"why":"no such pet"}', { status: 404 });
    expect(await result(refused)).toEqual({
      ...text('HTTP 404 Not Found:\n{"why":"no such pet"}'),
      isError: true,
    });
    const long = await result(answered("x".repeat(5000), { status: 500 }));
    expect(JSON.stringify(long).length).toBeLessThan(4300);
    expect(await result(answered("", { status: 401 }))).toEqual(
      failed(/^HTTP 401 .*without a body/),
    );
    expect(await result({ ...bytes("image/png"), status: 502 })).toEqual(
      failed("HTTP 502 Bad Gateway, with image/png \\(3 bytes\\)."),
    );
  });

  it("a redirect that is not followed, by its host alone", async () => {
    const moved = answered("", { status: 303, location: "https://other.example/x?token=1" });
    const told = await result(moved);
    expect(told).toEqual(failed(/^HTTP 303 See Other: .*at other.example instead/));
    expect(JSON.stringify(told)).not.toContain("token");
    expect(await result({ ...moved, location: "/x" })).toEqual(failed(/at api.example instead/));
    expect(await result({ ...moved, location: null })).toEqual(failed(/^HTTP 303 See Other\.$/));
  });

  it("JSON that is none, or something else where JSON was expected", async () => {
    expect(await result(answered("<html>"))).toEqual(
      failed(/says that it is JSON \(application\/json\), and is not: it is something else/),
    );
    expect(await result(answered("[".repeat(20_000)))).toEqual(failed(/nested deeper/));
    const html = answered("<html>", { contentType: "text/html" });
    expect(await result(html, { ...PLAIN, responseFilter: "a" })).toEqual(
      failed(/JSON was expected, and text\/html \(6 bytes\) came/),
    );
  });
});

it.each([
  ["text/plain", true],
  ["image/svg+xml", true],
  ["application/vnd.api+json", true],
  ["application/x-ndjson", true],
  ["application/x-own; charset=latin1", true],
  ["application/octet-stream", false],
  ["image/png", false],
  ["", false],
])("%s is text: %s", (type, is) => expect(isTextual(type)).toBe(is));

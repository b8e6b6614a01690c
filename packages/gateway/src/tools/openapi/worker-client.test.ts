import { openApiImport } from "@local-mcp/contract";
import { afterEach, expect, test } from "vitest";
import { document } from "./test-kit.ts";
import { OpenApiReader } from "./worker-client.ts";

let reader = new OpenApiReader();
afterEach(async () => {
  await reader.close();
  reader = new OpenApiReader();
});

const text = document({ paths: { "/a": { get: { operationId: "a" } }, "/b": { head: {} } } });

test("a document is read, and tools are planned of it, beside what goes on", async () => {
  const view = await reader.read(text, ["a"]);
  expect(view.operations.map(({ name }) => name)).toEqual(["a_2", "head_b"]);
  const wanted = openApiImport.parse({ text });
  expect(await reader.plan(wanted, [])).toMatchObject({
    tools: [{ key: "GET /a", tool: { name: "a", url: "https://api.example/v1/a" } }],
    skipped: [{ key: "HEAD /b" }],
  });
});

test("what is wrong with it is told as where it is read", async () => {
  await expect(reader.read('{"swagger":"2.0"}', [])).rejects.toMatchObject({
    code: "openapi_too_old",
    message: expect.stringContaining("Swagger 2.0"),
  });
  const wanted = openApiImport.parse({ text, operations: [{ key: "HEAD /b" }] });
  await expect(reader.plan(wanted, [])).rejects.toMatchObject({ code: "openapi_no_operation" });
});

test("one that takes too long is given up", async () => {
  const hasty = new OpenApiReader({ deadlineMs: 1 });
  await expect(hasty.read(text, [])).rejects.toMatchObject({ code: "openapi_unreadable" });
});

test("closing ends what is being read", async () => {
  await Promise.all([
    expect(reader.read(text, [])).rejects.toMatchObject({ code: "openapi_unreadable" }),
    reader.close(),
  ]);
});

import { createRedactor } from "@local-mcp/vault";
import { expect, test } from "vitest";
import { createLog } from "./log.ts";

test("an entry is one line of JSON, without what is secret", () => {
  const redactor = createRedactor();
  redactor.know("otter-otter");
  const lines: [unknown, string][] = [];
  const log = createLog((line, level) => lines.push([JSON.parse(line), level]), redactor);
  log.info("serving", { url: "http://127.0.0.1:4444" });
  log.error("failed", { error: "Error: otter-otter\n    at x", token: "abc", nested: [{ n: 1 }] });
  const time = expect.stringMatching(/^\d{4}-.+Z$/);
  expect(lines).toEqual([
    [{ time, level: "info", message: "serving", url: "http://127.0.0.1:4444" }, "info"],
    [
      {
        time,
        level: "error",
        message: "failed",
        error: "Error: [removed: secret]\n    at x",
        token: "[removed: value]",
        nested: [{ n: 1 }],
      },
      "error",
    ],
  ]);
});

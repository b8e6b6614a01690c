import { describe, expect, it } from "vitest";
import { fillPlaceholders } from "./placeholders.ts";

const fill = (text: string) => fillPlaceholders(text, new Set(["AUTH"]));

describe("values that are not there", () => {
  it.each([
    ["${input:api-key}", "${secret:api-key}"],
    ["${env:TOKEN}", "${secret:TOKEN}"],
    ["Bearer ${TOKEN}", "Bearer ${secret:TOKEN}"],
    ["<YOUR API KEY>", "${secret:YOUR_API_KEY}"],
    ["--key=<api-key>", "--key=${secret:api-key}"],
    ["YOUR_API_KEY", "${secret:YOUR_API_KEY}"],
    ["Bearer your-api-token-here", "Bearer ${secret:your-api-token-here}"],
    ["https://h/<tenant>/mcp", "https://h/${secret:tenant}/mcp"],
  ])("become marks: %s", (text, filled) => {
    expect(fill(text)).toEqual({ text: filled, isOpen: true });
  });

  it.each([
    ["${PORT:-3000}", "3000"],
    ["${AUTH}", "${AUTH}"],
    ["${workspaceFolder}/a", "${workspaceFolder}/a"],
    ["${secret:mine}", "${secret:mine}"],
    ["a < b > c", "a < b > c"],
    ["your-name", "your-name"],
    ["/your/path", "/your/path"],
  ])("stay or have a default: %s", (text, filled) => {
    expect(fill(text)).toEqual({ text: filled, isOpen: false });
  });
});

import { expect, test } from "vitest";
import { refusedFields } from "./refused-fields.ts";

const refusal = (code: string, message: string) => ({
  data: { code, message, wayOut: "Use another.", params: {} },
});

test("a blocked address leads to the switch that allows it, and once that is on to the URL", () => {
  const blocked = refusal("tool_address_blocked", "It may not.");
  expect(refusedFields(blocked, false)).toEqual({
    allowPrivateNetwork: "It may not. Allow it here if that is meant.",
  });
  expect(refusedFields(blocked, true)).toEqual({ url: "It may not. Use another." });
});

test("another refusal is about the field that it names", () => {
  const named = refusal("validation_failed", "headers.X-Key: It has a line break.");
  expect(refusedFields(named, false)).toEqual({ "headers.X-Key": "It has a line break." });
  expect(refusedFields(refusal("vault_locked", "It is locked."), false)).toBeNull();
});

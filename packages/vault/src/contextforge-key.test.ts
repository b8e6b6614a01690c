import { expect, it } from "vitest";
import { contextForgeKey } from "./contextforge-key.ts";

const SECRET = "demo-secret-0123456789";
const PLAIN = '{"Authorization":"Bearer abc"}';
/** Made by ContextForge's own functions. */
const SEALED = "AAECAwQFBgcICQoLpVvhCXZyprbm96orWkEyWNgXHmMhEpzi9hR24XtHwlH9Vc9WhVMN2v4kiTwITw";

it("opens what ContextForge sealed, with and without its padding", () => {
  expect(contextForgeKey(SECRET).open(SEALED)).toBe(PLAIN);
  expect(contextForgeKey(SECRET).open(`${SEALED}==`)).toBe(PLAIN);
});

it("seals so that the same secret opens it, and each time anew", () => {
  const key = contextForgeKey(SECRET);
  expect(key.open(key.seal(PLAIN))).toBe(PLAIN);
  expect(key.seal(PLAIN)).not.toBe(key.seal(PLAIN));
  expect(key.seal(PLAIN)).toMatch(/^[\w-]+$/);
});

it.each([
  ["another secret", contextForgeKey("demo-secret-012345678"), SEALED],
  ["a bit that flipped", contextForgeKey(SECRET), SEALED.replace("pVvh", "pVvi")],
  ["what was cut", contextForgeKey(SECRET), SEALED.slice(0, -4)],
  ["what is too short for a tag", contextForgeKey(SECRET), "AAECAwQF"],
  ["no base64url", contextForgeKey(SECRET), `${SEALED}+`],
])("does not open %s", (_, key, sealed) => {
  expect(key.open(sealed)).toBeNull();
});

import { expect, it } from "vitest";
import { changesConfiguration, LEAVES_CONFIGURATION } from "./configuration-changes.ts";
import { RULES } from "./rules.ts";

it("what is recorded changes the configuration, unless it is known not to", () => {
  expect(LEAVES_CONFIGURATION.filter((name) => !(name in RULES))).toEqual([]);
  const changes = Object.keys(RULES).filter(changesConfiguration);
  expect(changes.toSorted()).toMatchInlineSnapshot(`
    [
      "backups.restore",
      "backups.undo",
      "profiles.activate",
      "profiles.create",
      "profiles.customize",
      "profiles.duplicate",
      "profiles.remove",
      "profiles.update",
      "prompts.create",
      "prompts.remove",
      "prompts.update",
      "resources.create",
      "resources.remove",
      "resources.update",
      "roots.create",
      "roots.remove",
      "roots.update",
      "servers.create",
      "servers.importFile",
      "servers.remove",
      "servers.update",
      "tokens.create",
      "tools.create",
      "tools.importOpenApi",
      "tools.remove",
      "tools.update",
      "transfer.apply",
      "vault.init",
      "vault.reset",
      "vault.rotate",
    ]
  `);
});

it("reading, signing in and unlocking change nothing of it", () => {
  const harmless = ["servers.list", "signIn.start", "vault.unlock", "tokens.revoke"];
  expect(harmless.filter(changesConfiguration)).toEqual([]);
});

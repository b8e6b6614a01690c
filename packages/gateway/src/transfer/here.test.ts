import { expect, it } from "vitest";
import { hereOf } from "./here.ts";

it("has no secret of the gateway itself", () => {
  const own = {
    AUTH_ENCRYPTION_SECRET: "a",
    VAULT_PASSPHRASE: "b",
    BACKUP_PASSPHRASE: "c",
    MCPGATEWAY_BEARER_TOKEN: "d",
    BASIC_AUTH_PASSWORD: "e",
    JWT_SECRET_KEY: "f",
    SOURCE_ENCRYPTION_SECRET: "g",
    jwt_secret_key: "h",
  };
  expect(hereOf("/home/ada", { ...own, GITHUB_TOKEN: "t", PORT: "4444" })).toEqual({
    home: "/home/ada",
    env: { GITHUB_TOKEN: "t", PORT: "4444" },
  });
});

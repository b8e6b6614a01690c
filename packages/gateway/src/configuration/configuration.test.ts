import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Configuration } from "./configuration.ts";

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "configuration-"));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const port = (configuration: Configuration) =>
  configuration.views().find(({ key }) => key === "port");

describe("where a setting comes from", () => {
  it("is the first of argument, environment, .env, stored, default", () => {
    const env = { PORT: "2000" };
    writeFileSync(join(dataDir, ".env"), "PORT=3000\n");
    const all = new Configuration({ dataDir, env, settings: { port: 1000 } });
    all.store({ port: 4000 });
    expect(port(all)).toMatchObject({ value: 1000, source: "argument", default: 4444 });
    const environment = new Configuration({ dataDir, env });
    environment.store({ port: 4000 });
    expect(port(environment)).toMatchObject({ value: 2000, source: "environment" });
    const file = new Configuration({ dataDir, env: {} });
    file.store({ port: 4000 });
    expect(port(file)).toMatchObject({ value: 3000, source: ".env" });
    rmSync(join(dataDir, ".env"));
    const stored = new Configuration({ dataDir, env: {} });
    stored.store({ port: 4000 });
    expect(port(stored)).toMatchObject({ value: 4000, source: "stored" });
    expect(port(new Configuration({ dataDir, env: {} }))).toMatchObject({
      value: 4444,
      source: "default",
    });
  });

  it.each(["abc", "70000", "-1", "1.5", " "])("a PORT of “%s” is refused by name", (value) => {
    expect(() => new Configuration({ dataDir, env: { PORT: value } }).views()).toThrow(
      expect.objectContaining({ code: "config_invalid", message: expect.stringContaining("PORT") }),
    );
  });
});

it("a text is taken from the environment as it is, and refused by name like a number", () => {
  const from = (value: string) =>
    new Configuration({ dataDir, env: { MCPGATEWAY_CLIENT_METADATA_URL: value } });
  const page = "https://me.test/client.json";
  expect(from(page).settings.clientMetadataUrl).toBe(page);
  expect(from("").settings.clientMetadataUrl).toBe("");
  for (const wrong of [
    "http://me.test/client.json",
    "https://me.test/",
    "https://u@me.test/c",
    "7",
  ]) {
    expect(() => from(wrong).settings).toThrow(/^MCPGATEWAY_CLIENT_METADATA_URL/);
  }
});

describe("the .env file", () => {
  it("is the data directory's or the one that is named, which then has to be there", () => {
    const other = join(dataDir, "other.env");
    writeFileSync(other, "HOST=::1\n");
    expect(new Configuration({ dataDir, env: {}, configEnv: other }).settings.host).toBe("::1");
    expect(() => new Configuration({ dataDir, env: {}, configEnv: join(dataDir, "none") })).toThrow(
      expect.objectContaining({ code: "config_invalid" }),
    );
  });

  it("cannot move the data, and that is said", () => {
    writeFileSync(join(dataDir, ".env"), "DATABASE_PATH=/elsewhere/x.db\n");
    const configuration = new Configuration({ dataDir, env: {} });
    expect(configuration.paths.dataDir).toBe(dataDir);
    expect(configuration.environment.ignoredInFile()).toEqual(["DATABASE_PATH"]);
  });
});

describe("a secret", () => {
  it("may be in a file, whose last newline is no part of it", () => {
    const file = join(dataDir, "secret");
    writeFileSync(file, "from a file \n");
    const env = { AUTH_ENCRYPTION_SECRET_FILE: file };
    expect(new Configuration({ dataDir, env }).secret("AUTH_ENCRYPTION_SECRET")).toBe(
      "from a file ",
    );
    expect(new Configuration({ dataDir, env: {} }).secret("AUTH_ENCRYPTION_SECRET")).toBeNull();
    const missing = { AUTH_ENCRYPTION_SECRET_FILE: join(dataDir, "none") };
    expect(() =>
      new Configuration({ dataDir, env: missing }).secret("AUTH_ENCRYPTION_SECRET"),
    ).toThrow(
      expect.objectContaining({ message: expect.stringContaining("AUTH_ENCRYPTION_SECRET_FILE") }),
    );
  });
});

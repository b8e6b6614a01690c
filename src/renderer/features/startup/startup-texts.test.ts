import { GatewayError, type Problem } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import { startupFailure } from "./startup-texts.ts";

const problemOf = (...error: ConstructorParameters<typeof GatewayError>): Problem => {
  const { code, message, wayOut, params } = new GatewayError(...error);
  return { code, message, wayOut, params };
};

describe("a start that failed", () => {
  it("offers the window of the app that holds the data folder", () => {
    const held = (holder: string) =>
      startupFailure(problemOf("data_dir_held", { holder, dataDir: "/data" }), "1.0.0");
    expect(held("pid 12, app")).toMatchObject({
      title: "Another Local MCP Gateway (pid 12, app) is using this data folder.",
      path: "/data",
      action: "show_holder",
    });
    expect(held("pid 12, serve").action).toBeNull();
    expect(held("just starting").action).toBeNull();
  });

  it("says which version this is where the data are newer", () => {
    const newer = problemOf("database_newer", { path: "/data/x.db" });
    const failure = startupFailure(newer, "1.2.3");
    expect(failure).toMatchObject({
      path: "/data/x.db",
      action: "choose_folder",
      restore: "other",
    });
    expect(failure.why[0]).toBe("This is version 1.2.3. Nothing was changed.");
    expect(startupFailure(newer, null).why[0]).toBe("Nothing was changed.");
  });

  it("shows the folder of a damaged database", () => {
    const damaged = problemOf("database_damaged", { path: "/data/x.db", reason: "bad header" });
    const failure = startupFailure(damaged, null);
    expect(failure).toMatchObject({
      path: "/data/x.db",
      action: "open_folder",
      restore: "first",
    });
    expect(failure.why[0]).toBe("/data/x.db is damaged: bad header. Nothing was changed.");
  });

  it("says what the error table says of everything else", () => {
    expect(startupFailure(problemOf("internal"), null)).toEqual({
      title: "Local MCP Gateway could not start.",
      why: [
        "Something went wrong inside the gateway.",
        "The log has the details; report it if it happens again.",
      ],
      path: null,
      action: null,
      restore: null,
    });
  });
});

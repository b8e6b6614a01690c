import { GatewayError } from "@local-mcp/contract";
import { ORPCError } from "@orpc/server";
import { expect, test } from "vitest";
import { asProblem } from "./problem.ts";

test("an error of the table is told with its way out, however it came", () => {
  const error = new GatewayError("port_taken", { port: 4444, holder: "x", other: 4445 });
  const { code, message, wayOut, params } = error;
  const problem = { code, message, wayOut, params };
  expect(asProblem(error)).toEqual(problem);
  expect(asProblem(new ORPCError("PORT_TAKEN", { data: problem }))).toEqual(problem);
});

test("anything else is told without what it says", () => {
  const others = [new Error("c4n4ry"), "c4n4ry", new ORPCError("X", { data: { x: "c4n4ry" } })];
  for (const error of others) {
    expect(asProblem(error).code).toBe("internal");
    expect(JSON.stringify(asProblem(error))).not.toContain("c4n4ry");
  }
});

import { contract } from "@local-mcp/contract";
import { type AnyContractRouter, isContractProcedure } from "@orpc/contract";
import { expect, it } from "vitest";
import { NOT_RECORDED, RULES } from "./rules.ts";

const namesOf = (router: AnyContractRouter, name: string): string[] =>
  isContractProcedure(router)
    ? [name]
    : Object.entries(router).flatMap(([part, inner]) =>
        namesOf(inner, name === "" ? part : `${name}.${part}`),
      );

it("every procedure is recorded, or is known to change nothing", () => {
  const decided = [...Object.keys(RULES), ...NOT_RECORDED];
  expect(decided.toSorted()).toEqual(namesOf(contract, "").toSorted());
});

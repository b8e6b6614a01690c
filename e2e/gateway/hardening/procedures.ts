import { contract } from "@local-mcp/contract";
import { isContractProcedure } from "@orpc/contract";

/** A procedure of the contract as a route under `/api`. */
export interface Route {
  /** `servers.list` */
  procedure: string;
  method: string;
  /** With `x` in the place of each parameter. */
  path: string;
}

/** Every route of the contract, read from it, so that a new one is among them by itself. */
export const ROUTES: readonly Route[] = Object.entries(contract).flatMap(([area, procedures]) =>
  Object.entries(procedures).map(([name, procedure]): Route => {
    if (!isContractProcedure(procedure)) throw new Error(`${area}.${name} is no procedure`);
    const { method = "POST", path = "/" } = procedure["~orpc"].route;
    return { procedure: `${area}.${name}`, method, path: path.replace(/\{\w+\}/g, "x") };
  }),
);

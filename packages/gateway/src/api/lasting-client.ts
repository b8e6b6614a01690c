import type { Contract } from "@local-mcp/contract";
import { createORPCClient } from "@orpc/client";
import type { ContractRouterClient } from "@orpc/contract";

type Api = ContractRouterClient<Contract>;

/**
 * A client that may be kept while what answers is replaced: each call goes to the one there is.
 *
 * @param current the client of now; what it throws is what the call rejects with
 */
export const lastingClient = (current: () => Api): Api =>
  createORPCClient({
    call: async (path, input, options) => {
      let found: unknown = current();
      for (const name of path) found = memberOf(found, name);
      if (typeof found !== "function") throw new TypeError(`${path.join(".")} is no procedure`);
      const answer: unknown = await Reflect.apply(found, undefined, [input, options]);
      return answer;
    },
  });

const memberOf = (of: unknown, name: string): unknown =>
  (typeof of === "object" && of !== null) || typeof of === "function"
    ? Reflect.get(of, name)
    : undefined;

import type { ContractRouterClient } from "@orpc/contract";
import type { WindowContract } from "@local-mcp/contract";
import { createORPCClient } from "@orpc/client";
import { createTanstackQueryUtils } from "@orpc/tanstack-query";
import { QueryClient } from "@tanstack/react-query";
import { link } from "./link.ts";

/** Everything the main process can be asked. Errors carry `data` of the error table. */
export const client: ContractRouterClient<WindowContract> = createORPCClient(link);

/** The same as queries and mutations. */
export const api = createTanstackQueryUtils(client);

/**
 * What was read stays right until an event says otherwise (app/live.ts), so nothing is fetched
 * again because of time or focus.
 */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: Infinity,
      refetchOnWindowFocus: false,
      retry: false,
      networkMode: "always",
    },
    mutations: { retry: false, networkMode: "always" },
  },
});

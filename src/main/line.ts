import type { Gateway } from "@local-mcp/gateway";
import type { SupportedMessagePort } from "@orpc/client/message-port";
import { RPCHandler } from "@orpc/server/message-port";
import { StandardRPCHandler } from "@orpc/server/standard";
import type { AppLog } from "./app-log.ts";
import { asOrpcError, type createDesktopRouter } from "./desktop-api.ts";

/**
 * Answers the window. What concerns the desktop is answered at once, what concerns the gateway as
 * soon as it is there, by the gateway's own router.
 */
export function createLine(options: {
  desktop: ReturnType<typeof createDesktopRouter>;
  /** @throws GatewayError while there is none */
  gateway: () => Promise<Gateway>;
  /** Told after each answer. */
  onAnswer: () => void;
  log: AppLog;
}): (port: SupportedMessagePort) => void {
  const { desktop, gateway, onAnswer, log } = options;
  // A restore gives the same gateway another router.
  const handlers = new WeakMap<Gateway["router"], StandardRPCHandler<Gateway["context"]>>();
  const handlerOf = (router: Gateway["router"]): StandardRPCHandler<Gateway["context"]> => {
    const known = handlers.get(router) ?? new StandardRPCHandler(router, {});
    handlers.set(router, known);
    return known;
  };

  const handler = new RPCHandler(
    { desktop },
    {
      interceptors: [
        async (call) => {
          const { request, prefix } = call;
          if (request.url.pathname.startsWith("/desktop/")) {
            const answer = await call.next();
            onAnswer();
            return answer;
          }
          try {
            const { router, context } = await gateway();
            return handlerOf(router).handle(request, { prefix, context });
          } catch (error) {
            throw asOrpcError(error, log);
          }
        },
      ],
    },
  );
  return (port) => handler.upgrade(port);
}

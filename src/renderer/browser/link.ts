import { contract } from "@local-mcp/contract";
import { type ClientContext, type ClientLink, ORPCError } from "@orpc/client";
import { OpenAPILink } from "@orpc/openapi-client/fetch";
import { problemOf } from "../app/problem.ts";
import { browserDesktop } from "./desktop.ts";
import { useSession } from "./session.ts";

const HTTP_UNAUTHORIZED = 401;

const http = new OpenAPILink<ClientContext>(contract, {
  url: `${window.location.origin}/api`,
  headers: () => ({ authorization: `Bearer ${useSession.getState().token ?? ""}` }),
  interceptors: [
    async (call) => {
      try {
        return await call.next();
      } catch (error) {
        if (error instanceof ORPCError && error.status === HTTP_UNAUTHORIZED) {
          useSession.setState({ token: null, refusal: problemOf(error).message });
        }
        throw error;
      }
    },
  ],
});

/** The gateway over its REST, and in the place of the desktop what a page can do itself. */
export const browserLink: ClientLink<ClientContext> = {
  async call(path, input, options) {
    const [area, name = ""] = path;
    if (area !== "desktop") return http.call(path, input, options);
    const procedure: unknown = Reflect.get(browserDesktop, name);
    if (typeof procedure !== "function") throw new Error(`There is no ${path.join(".")}.`);
    return Reflect.apply(procedure, undefined, [input, options]);
  },
};

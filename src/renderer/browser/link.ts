import { contract } from "@local-mcp/contract";
import { type ClientContext, type ClientLink, ORPCError } from "@orpc/client";
import { OpenAPILink } from "@orpc/openapi-client/fetch";
import { z } from "zod";
import { problemOf } from "../app/problem.ts";
import { browserDesktop } from "./desktop.ts";
import { useSession } from "./session.ts";

const HTTP_UNAUTHORIZED = 401;

/** How an answer is refused before a procedure is looked for: as those of the seeds' routes are. */
const refusedBefore = z.object({ body: z.object({ error: z.unknown() }) });

/** The same error with the data that procedures refuse with. */
function asOfAProcedure(error: ORPCError<string, unknown>): ORPCError<string, unknown> {
  const { success, data } = refusedBefore.safeParse(error.data);
  const { code, status } = error;
  return success ? new ORPCError(code, { status, data: data.body.error }) : error;
}

const http = new OpenAPILink<ClientContext>(contract, {
  url: `${window.location.origin}/api`,
  headers: () => ({ authorization: `Bearer ${useSession.getState().token ?? ""}` }),
  interceptors: [
    async (call) => {
      try {
        return await call.next();
      } catch (error) {
        if (!(error instanceof ORPCError)) throw error;
        const refused = asOfAProcedure(error);
        if (refused.status === HTTP_UNAUTHORIZED) {
          useSession.setState({ token: null, refusal: problemOf(refused).message });
        }
        throw refused;
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

import type { IncomingMessage } from "node:http";
import type { Contract, MetricKind, MetricsReset } from "@local-mcp/contract";
import type { ContractRouterClient } from "@orpc/contract";
import { createRouterClient } from "@orpc/server";
import { type ApiContext, requireRight } from "../api/context.ts";
import type { Router } from "../api/router.ts";
import { EXPOSITION_TYPE } from "../metrics/exposition.ts";
import { seedTotals } from "../metrics/seed-view.ts";
import { FOR_NO_PAGE, sendJson } from "./answers.ts";
import type { Answer } from "./backup-routes.ts";
import { checkMethod, READS } from "./guard.ts";
import { queryOf, refuse } from "./query.ts";
import { asRefusal } from "./seed-routes.ts";

/**
 * `/metrics` at the root: figures per type in the words of the seeds' gateway, or all there is to
 * scrape as text where that is asked for.
 *
 * @returns what answers at a path; null where it is none of these
 */
export function createMetricsRoutes(
  router: Router,
  context: Omit<ApiContext, "principal">,
  exposition: () => string,
) {
  const read: Answer = async (request, response, principal) => {
    checkMethod(request, READS);
    requireRight(principal, "manage");
    if (wantsText(request)) {
      const text = exposition();
      response.writeHead(200, {
        ...FOR_NO_PAGE,
        "content-type": EXPOSITION_TYPE,
        "content-length": Buffer.byteLength(text),
      });
      response.end(text);
      return;
    }
    const api = createRouterClient(router, { context: { ...context, principal } });
    const all = { from: 0, top: 1 };
    const [tools, resources, prompts, servers] = await Promise.all([
      api.metrics.get({ ...all, kind: "tool" }),
      api.metrics.get({ ...all, kind: "resource" }),
      api.metrics.get({ ...all, kind: "prompt" }),
      api.metrics.get(all),
    ]);
    sendJson(response, 200, {
      tools: seedTotals(tools.totals),
      resources: seedTotals(resources.totals),
      prompts: seedTotals(prompts.totals),
      servers: seedTotals(servers.totals),
    });
  };

  const reset: Answer = async (request, response, principal) => {
    checkMethod(request, ["POST"]);
    const api = createRouterClient(router, { context: { ...context, principal } });
    try {
      const { calls } = await api.metrics.reset(await resetIn(queryOf(request), api));
      const message = `${calls} calls are forgotten.`;
      sendJson(response, 200, { status: "success", message, calls });
    } catch (thrown) {
      throw asRefusal(thrown);
    }
  };

  return (path: string): Answer | null => {
    if (path === "/metrics" || path === "/metrics/") return read;
    return path === "/metrics/reset" ? reset : null;
  };
}

const wantsText = (request: IncomingMessage): boolean => {
  const format = queryOf(request).get("format");
  if (format !== null) return format === "prometheus";
  return /^\s*(text\/plain|application\/openmetrics-text)\b/i.test(request.headers.accept ?? "");
};

type Api = ContractRouterClient<Contract>;

/**
 * `entity` and `entity_id`, as the seeds' gateway takes them. Calls are counted by names, which are
 * taken too: those of servers have no id here.
 *
 * @throws GatewayError validation_failed
 */
async function resetIn(query: URLSearchParams, api: Api): Promise<MetricsReset> {
  const entity = query.get("entity") ?? "global";
  const id = query.get("entity_id") ?? undefined;
  switch (entity) {
    case "global":
      return {};
    case "tool":
    case "prompt":
    case "resource":
      return { kind: entity, ...(id !== undefined && { name: await nameOf(entity, id, api) }) };
    case "server":
      if (id === undefined) refuse("entity_id: Say which server.");
      return { server: id };
    default:
      return refuse(
        `entity: It is global, tool, prompt, resource or server, not “${entity.slice(0, 50)}”.`,
      );
  }
}

/** As it is counted: of the gateway's own the name, or the URI, by its id. */
async function nameOf(kind: MetricKind, id: string, api: Api): Promise<string> {
  const own = {
    tool: async () => api.tools.list({}),
    prompt: async () => api.prompts.list({}),
    resource: async () =>
      (await api.resources.list({})).map((one) => ({ id: one.id, name: one.uri })),
  };
  return (await own[kind]()).find((one) => one.id === id)?.name ?? id;
}

import { createHash } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  conflictStrategy,
  type Contract,
  describeIssues,
  GatewayError,
  type ImportJob,
  type ImportOptions,
  type ImportPlan,
  type ImportRow,
  MAX_IMPORT_BYTES,
  SEED_TYPES,
} from "@local-mcp/contract";
import type { ContractRouterClient } from "@orpc/contract";
import { createRouterClient } from "@orpc/server";
import { z } from "zod";
import type { ApiContext } from "../api/context.ts";
import type { Router } from "../api/router.ts";
import { parseJson } from "../json.ts";
import { errorsOf, warningsOf } from "../transfer/sentences.ts";
import { errorBody, sendJson } from "./answers.ts";
import type { Answer } from "./backup-routes.ts";
import { readBody } from "./body.ts";
import { checkMethod, decoded, READS } from "./guard.ts";
import { queryOf, refuse } from "./query.ts";
import { meantBy } from "./seed-routes.ts";
import { seedSelection, selectionOf } from "./seed-selection.ts";

/** What may be around a file, bytes. */
const ENVELOPE = 1024 * 1024;
const HOUR_MS = 3_600_000;

/** A file with what is to be done with it. */
export const seedImport = z.strictObject({
  /** The file, as JSON or as text. */
  import_data: z.unknown(),
  conflict_strategy: conflictStrategy.optional(),
  dry_run: z.boolean().default(false),
  /** The AUTH_ENCRYPTION_SECRET of this gateway. */
  rekey_secret: z.string().optional(),
  /** That of where the file was made. */
  source_secret: z.string().optional(),
  passphrase: z.string().optional(),
  /** leave: the secrets of the file are not read. */
  secrets: z.enum(["read", "leave"]).optional(),
  selected_entities: seedSelection.optional(),
  /** What the file is called; only shown. */
  name: z.string().optional(),
});

type Client = ContractRouterClient<Contract>;

/**
 * Imports in the words of the seeds' gateway, over the procedures of the contract.
 *
 * @returns what answers at a path; null where it is none of these
 */
export function createImportRoutes(router: Router, context: Omit<ApiContext, "principal">) {
  const route =
    (answer: (request: IncomingMessage, response: ServerResponse, api: Client) => Promise<void>) =>
    (): Answer =>
    async (request, response, principal) => {
      const api = createRouterClient(router, { context: { ...context, principal } });
      try {
        await answer(request, response, api);
      } catch (thrown) {
        throw meantBy(thrown);
      }
    };

  const list = route(async (request, response, api) => {
    checkMethod(request, READS);
    queryOf(request, []);
    sendJson(response, 200, (await api.transfer.jobs({})).map(seedStatus));
  });

  const one = (id: string): Answer =>
    route(async (request, response, api) => {
      checkMethod(request, READS);
      queryOf(request, []);
      sendJson(response, 200, seedStatus(await api.transfer.job({ job: decoded(id) })));
    })();

  const cleanup = route(async (request, response, api) => {
    checkMethod(request, ["POST"]);
    const hours = queryOf(request, ["max_age_hours"]).get("max_age_hours") ?? "24";
    if (!/^\d{1,6}$/.test(hours)) refuse("max_age_hours: It is a number of hours, from 0 on.");
    const { removed } = await api.transfer.cleanup({ olderThanMs: Number(hours) * HOUR_MS });
    const message = `${removed} imports are forgotten; what they imported stays.`;
    sendJson(response, 200, { status: "success", message, removed_count: removed });
  });

  const run = route(importFile);

  return (path: string): Answer | null => {
    const [, id] = /^\/import\/status\/([^/]+)$/.exec(path) ?? [];
    if (id !== undefined) return one(id);
    if (path === "/import") return run();
    if (path === "/import/status" || path === "/import/status/") return list();
    return path === "/import/cleanup" ? cleanup() : null;
  };
}

async function importFile(
  request: IncomingMessage,
  response: ServerResponse,
  api: Client,
): Promise<void> {
  checkMethod(request, ["POST"]);
  const name = queryOf(request, ["name"]).get("name") ?? "";
  const body = await readBody(request, MAX_IMPORT_BYTES + ENVELOPE);
  const { isDryRun, ...wish } = wishIn(body, name);
  const startedAt = Date.now();
  if (isDryRun) {
    sendJson(response, 200, seedDryRun(await api.transfer.plan(wish), startedAt));
    return;
  }
  try {
    const { job, unconfirmed } = await api.transfer.apply(wish);
    sendJson(response, 200, { ...seedStatus(job), unconfirmed });
  } catch (thrown) {
    const error = meantBy(thrown);
    if (!(error instanceof GatewayError)) throw error;
    const job = await failedJob(api, wish.text, startedAt);
    if (job === null) throw error;
    sendJson(response, error.http, { ...seedStatus(job), ...errorBody(error) });
  }
}

/** What became of an import that failed, with everything that is wrong in it; null where none began. */
async function failedJob(api: Client, text: string, startedAt: number): Promise<ImportJob | null> {
  const fileDigest = createHash("sha256").update(text).digest("hex");
  const jobs = await api.transfer.jobs({}).catch((): ImportJob[] => []);
  const isIt = (job: ImportJob): boolean =>
    job.fileDigest === fileDigest && job.startedAt >= startedAt && job.state !== "completed";
  return jobs.find(isIt) ?? null;
}

/** Told apart by `import_data`: a file has none. */
function wishIn(body: string, name: string): ImportOptions & { isDryRun: boolean } {
  const read = parseJson(body, "body");
  const isWrapped = typeof read === "object" && read !== null && "import_data" in read;
  if (!isWrapped) return { text: body, name, isDryRun: false };
  const { data, error } = seedImport.safeParse(read);
  if (error) refuse(describeIssues(error.issues));
  const file = data.import_data;
  const { conflict_strategy: strategy, selected_entities: selected, secrets } = data;
  return {
    text: typeof file === "string" ? file : JSON.stringify(file),
    name: data.name ?? name,
    isDryRun: data.dry_run,
    ...(strategy && { strategy }),
    ...(secrets && { secrets }),
    ...(selected && { selection: selectionOf(selected) }),
    ...given("passphrase", data.passphrase),
    ...given("sourceSecret", data.source_secret),
    ...given("rekeySecret", data.rekey_secret),
  };
}

/** An empty one is none, as of a variable that is not set. */
const given = (field: "passphrase" | "sourceSecret" | "rekeySecret", value: string | undefined) =>
  value ? { [field]: value } : {};

/** How an import is or went, as the seeds have it. */
function seedStatus(job: ImportJob) {
  return {
    import_id: job.id,
    status: job.state,
    progress: { ...job.counts, processed: job.processed },
    errors: job.errors,
    warnings: job.warnings,
    started_at: new Date(job.startedAt).toISOString(),
    completed_at: job.completedAt === null ? null : new Date(job.completedAt).toISOString(),
  };
}

function seedDryRun(plan: ImportPlan, startedAt: number) {
  return {
    import_id: null,
    status: plan.applicable ? "completed" : "failed",
    progress: { ...plan.counts, processed: plan.counts.total },
    errors: errorsOf(plan),
    warnings: [...warningsOf(plan), ...plan.rows.flatMap(wouldImport)],
    started_at: new Date(startedAt).toISOString(),
    completed_at: new Date().toISOString(),
    plan,
  };
}

const WRITES: readonly string[] = ["create", "update", "rename"];

const wouldImport = ({ kind, name, newName, action }: ImportRow): string[] =>
  WRITES.includes(action)
    ? [`Would import ${SEED_TYPES[kind].slice(0, -1)}: ${newName ?? name}`]
    : [];

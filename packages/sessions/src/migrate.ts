import { isDeepStrictEqual } from "node:util";
import { GatewayError } from "@local-mcp/contract";
import { isUnsealed } from "./file/record.ts";
import type { Row, Rows } from "./rows.ts";
import { parse } from "./text.ts";

/** Rows that an engine is given at once. */
const AT_ONCE = 200;
/** Ids that an error names. */
const NAMED = 3;
const KINDS = ["sign_in", "client"] as const;

export interface MigrateOptions {
  /** What is there under the same id and is another is replaced, instead of refused. */
  overwrites: boolean;
  /** ms since 1970. */
  now: number;
  /** Where it aborts, what was copied so far stays; the same can be begun again. */
  signal?: AbortSignal;
  onProgress?: (done: number, total: number, phase: "copy" | "compare") => void;
}

export interface Migrated {
  /** Rows that were put there, those that replaced others included. */
  copied: number;
  replaced: number;
  /** Rows that were there already, just so. */
  same: number;
  /** Rows that had expired and were left behind. */
  expired: number;
}

/**
 * Puts the living records of one store into another, as they are stored: what is sealed stays so,
 * and no key is needed. All that was put there is read again and compared.
 *
 * @throws GatewayError sessions_in_clear and sessions_in_the_way before anything is written;
 * sessions_not_copied; request_cancelled; what the engines throw
 */
export async function migrateSessions(
  from: Rows,
  to: Rows,
  { overwrites, now, signal, onProgress }: MigrateOptions,
): Promise<Migrated> {
  const all = await everything(from);
  const living = all.filter(({ expiresAt }) => expiresAt > now);
  refuseUnsealed(living);
  const there = new Map(
    (await everything(to))
      .filter(({ expiresAt }) => expiresAt > now)
      .map((row) => [row.sessionId, row]),
  );
  const missing = living.filter((row) => !isSame(row, there.get(row.sessionId)));
  const inTheWay = missing.flatMap(({ sessionId }) => there.get(sessionId) ?? []);
  if (inTheWay.length > 0 && !overwrites) {
    throw new GatewayError("sessions_in_the_way", { ids: namesOf(idsOf(inTheWay)) });
  }
  const put = async (row: Row): Promise<void> => {
    const before = there.get(row.sessionId);
    if (before !== undefined) await to.remove(before.kind, before.sessionId);
    if (!(await to.insert(row, now))) throw notCopied([row]);
  };
  await inParts(missing, signal, put, (done) => onProgress?.(done, missing.length, "copy"));
  const lost: Row[] = [];
  const compare = async (row: Row): Promise<void> => {
    if (!isSame(row, await to.read(row.kind, row.sessionId))) lost.push(row);
  };
  await inParts(missing, signal, compare, (done) => onProgress?.(done, missing.length, "compare"));
  if (lost.length > 0) throw notCopied(lost);
  return {
    copied: missing.length,
    replaced: inTheWay.length,
    same: living.length - missing.length,
    expired: all.length - living.length,
  };
}

/** What they hold would be lost. @throws GatewayError sessions_in_clear */
export function refuseUnsealed(rows: readonly Row[]): void {
  const unsealed = rows.filter(isUnsealed);
  if (unsealed.length > 0)
    throw new GatewayError("sessions_in_clear", { ids: namesOf(idsOf(unsealed)) });
}

async function everything(rows: Rows): Promise<Row[]> {
  const [signIns, clients] = await Promise.all(
    KINDS.map((kind) => rows.list(kind, undefined, refuseDamaged)),
  );
  return [...(signIns ?? []), ...(clients ?? [])];
}

/** A copy without it would look like one of all. @throws GatewayError database_damaged */
function refuseDamaged(sessionId: string): never {
  throw new GatewayError("database_damaged", {
    path: `The stored session ${sessionId}`,
    reason: "it is no record of a session",
  });
}

async function inParts(
  rows: readonly Row[],
  signal: AbortSignal | undefined,
  work: (row: Row) => Promise<void>,
  onProgress: (done: number) => void,
): Promise<void> {
  for (let at = 0; at < rows.length; at += AT_ONCE) {
    if (signal?.aborted === true) throw new GatewayError("request_cancelled");
    await Promise.all(rows.slice(at, at + AT_ONCE).map(work));
    onProgress(Math.min(at + AT_ONCE, rows.length));
  }
}

/** An engine may keep the members of the data in an order of its own. */
const isSame = (one: Row, other: Row | null | undefined): boolean =>
  other !== null && other !== undefined && isDeepStrictEqual(meaning(one), meaning(other));

const meaning = ({
  sessionId,
  kind,
  identity,
  data,
  subscriptions,
  createdAt,
  expiresAt,
}: Row) => ({
  sessionId,
  kind,
  identity,
  data: parse(data) ?? data,
  subscriptions: subscriptions.toSorted((one, other) => (one < other ? -1 : 1)),
  createdAt,
  expiresAt,
});

const idsOf = (rows: readonly Row[]): string[] => rows.map(({ sessionId }) => sessionId);

const notCopied = (rows: readonly Row[]): GatewayError =>
  new GatewayError("sessions_not_copied", { ids: namesOf(idsOf(rows)) });

/** The first of these ids, and how many more there are. */
export function namesOf(ids: readonly string[]): string {
  const names = ids.slice(0, NAMED);
  const more = ids.length - names.length;
  return more === 0 ? names.join(", ") : `${names.join(", ")} and ${more} more`;
}

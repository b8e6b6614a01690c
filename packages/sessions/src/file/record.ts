import { GatewayError } from "@local-mcp/contract";
import type { Sealer } from "@local-mcp/vault";
import { z } from "zod";
import type { ClientSession } from "../client-session.ts";
import { TWELVE_HOURS_MS } from "../record-storage.ts";
import { NEVER, type Row } from "../rows.ts";
import type { OwnedSession } from "../session-data.ts";
import { holdsSecret, readSignIn, writeSignIn } from "../sign-in-record.ts";
import { parse, stored } from "../text.ts";

/**
 * One element of the file: a session with its members as the library's samples show them, and beside
 * them what a store has to know of it (`kind`, `slides`, `sealed`, `expiresAt`; null: never).
 */
export type FileRecord = Record<string, unknown>;

/** A record with the row that it stands for. */
export interface Entry {
  record: FileRecord;
  row: Row;
  /** It holds secrets in clear, which could not be sealed; nobody is given it. */
  isClear: boolean;
}

export interface ReadOptions {
  sealer: Sealer | undefined;
  /** ms since 1970. */
  now: () => number;
}

const SIGN_IN = {
  sessionId: true,
  identity: true,
  serverId: true,
  serverName: true,
  serverUrl: true,
  callbackUrl: true,
  transportType: true,
  active: true,
  createdAt: true,
  headers: true,
  tokens: true,
  clientInformation: true,
  codeVerifier: true,
  clientId: true,
} as const satisfies Record<keyof OwnedSession, true>;

const CLIENT = {
  sessionId: true,
  profileId: true,
  tokenId: true,
  protocolVersion: true,
  clientInfo: true,
  capabilities: true,
  logLevel: true,
  subscriptions: true,
  createdAt: true,
  lastSeenAt: true,
} as const satisfies Record<keyof ClientSession, true>;

const OWN = { kind: true, slides: true, sealed: true, expiresAt: true };

/** What has to be right for a record to be found; the rest is looked at when it is used. */
const findable = z.looseObject({
  sessionId: z.string().min(1),
  identity: z.string().optional(),
  createdAt: z.number(),
  kind: z.enum(["sign_in", "client"]).default("sign_in"),
  slides: z.boolean().default(true),
  sealed: z.string().optional(),
  expiresAt: z.number().nullable().optional(),
  subscriptions: z.array(z.string()).default([]),
});
type Findable = z.infer<typeof findable>;

const signInData = z.looseObject({
  slides: z.boolean(),
  session: z.record(z.string(), z.unknown()),
  sealed: z.string().optional(),
});
const clientData = z.looseObject({ subscriptions: z.array(z.string()) });

const isRecord = (value: unknown): value is FileRecord =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const pick = (record: FileRecord, names: object): FileRecord =>
  Object.fromEntries(Object.entries(record).filter(([name]) => Object.hasOwn(names, name)));

/** Members that neither we nor the library know. They stay what they are. */
const foreignTo = (record: FileRecord): FileRecord =>
  Object.fromEntries(
    Object.entries(record).filter(
      ([name]) => ![SIGN_IN, CLIENT, OWN].some((names) => Object.hasOwn(names, name)),
    ),
  );

/** What stands for secrets that nobody could seal; opening it is refused for that reason. */
const UNSEALED = "unsealed";

/** Whether a row stands for one whose secrets are in clear where it is stored, and are not in it. */
export const isUnsealed = ({ kind, data }: Row): boolean =>
  kind === "sign_in" && signInData.safeParse(parse(data)).data?.sealed === UNSEALED;

/** The data of a sign-in, sealed where it was in clear, or null where that cannot be done now. */
const sealedData = (
  sessionId: string,
  session: FileRecord,
  { slides, sealed }: Findable,
  sealer: Sealer | undefined,
): string | null => {
  const data = JSON.stringify({ slides, session, sealed });
  if (!holdsSecret(session, sealer)) return data;
  try {
    return writeSignIn(readSignIn(sessionId, data, sealer), sealer);
  } catch (error) {
    if (error instanceof GatewayError) return null;
    throw error;
  }
};

/**
 * Reads an element of the file, also one that the library's own file store wrote, which says
 * neither how long it lives nor seals anything: then its time begins now, and what is secret is
 * sealed. Null where it is no session.
 */
export const readRecord = (element: unknown, options: ReadOptions): Entry | null => {
  const { data: found } = findable.safeParse(element);
  if (found === undefined || !isRecord(element)) return null;
  const record = element;
  const { sessionId, createdAt, kind, subscriptions } = found;
  const expiresAt = (unknown: number): number =>
    found.expiresAt === undefined ? unknown : (found.expiresAt ?? NEVER);
  if (kind === "client") {
    const session = pick(record, CLIENT);
    const row: Row = {
      sessionId,
      kind,
      identity: null,
      data: JSON.stringify({ ...session, subscriptions: [] }),
      subscriptions,
      createdAt,
      expiresAt: expiresAt(options.now()),
    };
    return entryOf(row, record);
  }
  const session = pick(record, SIGN_IN);
  const row = (data: string): Row => ({
    sessionId,
    kind,
    identity: found.identity ?? null,
    data,
    subscriptions: [],
    createdAt,
    expiresAt: expiresAt("tokens" in session ? NEVER : options.now() + TWELVE_HOURS_MS),
  });
  const data = sealedData(sessionId, session, found, options.sealer);
  if (data === null) {
    const closed = { slides: found.slides, session: {}, sealed: UNSEALED };
    return { record, row: row(JSON.stringify(closed)), isClear: true };
  }
  return entryOf(row(data), record);
};

/**
 * A row as the file has it.
 *
 * @param before the record that it had, whose unknown members are kept
 * @throws GatewayError `database_damaged` for a row whose data is not that of a session
 */
const toRecord = (row: Row, before: FileRecord = {}): FileRecord => {
  const expiresAt = row.expiresAt === NEVER ? null : row.expiresAt;
  if (row.kind === "client") {
    const session = stored(clientData, parse(row.data));
    const subscriptions = [...new Set([...session.subscriptions, ...row.subscriptions])];
    return { kind: row.kind, ...session, subscriptions, expiresAt, ...foreignTo(before) };
  }
  const { session, slides, sealed } = stored(signInData, parse(row.data));
  return {
    ...session,
    ...(sealed !== undefined && { sealed }),
    slides,
    expiresAt,
    ...foreignTo(before),
  };
};

/** What the file has for a row; see {@link toRecord}. */
export const entryOf = (row: Row, before?: FileRecord): Entry => ({
  record: toRecord(row, before),
  row,
  isClear: false,
});

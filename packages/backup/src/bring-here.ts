import { GatewayError } from "@local-mcp/contract";
import type { Connection } from "@local-mcp/database";
import { z } from "zod";
import { changesTo, commandsIn } from "./compare.ts";
import { holdBack } from "./hold-back.ts";
import { readState, type State } from "./live-state.ts";
import { rowMover } from "./moved-rows.ts";
import { type Kept, keepNewer } from "./newer-truth.ts";
import { openedWays } from "./opened-ways.ts";
import { type Opening, seatVault } from "./restore-keys.ts";
import type { FinishInput, StagedKeys, StagePreview } from "./types.ts";

/** A staged database, and what is here now; both have the newest schema. */
export interface BringHere extends Pick<FinishInput, "liveKeys" | "slots" | "isUnseen"> {
  /** Open for writing, with foreign keys on. */
  staged: Connection;
  stagedKeys: StagedKeys | null;
  /** Open for reading; null where what is here cannot be read. */
  live: Connection | null;
}

/**
 * Makes a staged database the one of this computer: gives its vault the slots of here, and keeps
 * what is newer than the backup. One transaction.
 *
 * @throws GatewayError backup_refused where a row of it is not as the schema has it
 */
export const bringHere = (input: BringHere): Kept =>
  input.staged
    .transaction(() => {
      const { opening, kept } = bring(input, stateOf(input.live));
      return together(wordsOf(opening, input.stagedKeys), kept);
    })
    .immediate();

/**
 * What {@link bringHere}, and the restore that it is a part of, would change. The stage is left as
 * it was.
 *
 * @throws GatewayError as {@link bringHere}
 */
export const previewHere = (input: Omit<BringHere, "slots">): StagePreview => {
  const { staged, stagedKeys, liveKeys } = input;
  staged.exec("BEGIN IMMEDIATE");
  try {
    const state = stateOf(input.live);
    const { opening, kept } = bring({ ...input, slots: [] }, state);
    // Slots are made for it once it is restored, where the vault here is open.
    const isGiven = opening === "came" && stagedKeys !== null;
    const words = !isGiven
      ? wordsOf(opening, stagedKeys)
      : liveKeys
        ? wordsOf("given", null)
        : NONE;
    const { stays, notes } = together(words, kept);
    const live = state && input.live;
    return reading(() => ({
      changes: changesTo(staged, live),
      stays,
      commands: commandsIn(staged, live),
      warnings: [...notes, ...openedWays(staged, live)],
    }));
  } finally {
    staged.exec("ROLLBACK");
  }
};

const bring = (
  { staged, stagedKeys, liveKeys, slots, isUnseen = false }: BringHere,
  state: State | null,
): { opening: Opening; kept: Kept } =>
  reading(() => {
    // Who was connected, and which sign-ins were under way, is no state to come back to.
    staged.exec("DELETE FROM resource_subscriptions; DELETE FROM mcp_sessions");
    const opening = seatVault(staged, state, slots);
    if (state === null) {
      const unreadable = { stays: [], notes: [UNREADABLE] };
      return { opening, kept: isUnseen ? together(unreadable, holdBack(staged)) : unreadable };
    }
    const move = rowMover(staged, { live: liveKeys, staged: stagedKeys });
    return { opening, kept: keepNewer(state, staged, move) };
  });

/** Null where it cannot be read: a restore is how that is repaired. */
const stateOf = (live: Connection | null): State | null => {
  if (live === null) return null;
  try {
    return readState(live);
  } catch {
    // Damaged, which the person is told of and is here for.
    return null;
  }
};

const NONE: Kept = { stays: [], notes: [] };

const UNREADABLE =
  "What is here now cannot be read. Access that was revoked since the backup comes back, and servers may ask to sign in again.";

const wordsOf = (opening: Opening, stagedKeys: StagedKeys | null): Kept => {
  if (opening === "none") return NONE;
  if (opening !== "came") {
    return { stays: ["The vault opens with the keys of this computer."], notes: [] };
  }
  return { stays: [], notes: [stagedKeys === null ? OPENS_ELSEWHERE : OPENS_WITH_PASSPHRASE] };
};

const OPENS_WITH_PASSPHRASE =
  "This computer had no key that can open the vault. It opens with the passphrase of the backup: “local-mcp-gateway vault unlock”.";
const OPENS_ELSEWHERE =
  "Its secrets open with the keys that were its own, and with no others: “local-mcp-gateway vault status” shows them.";

const together = (...all: Kept[]): Kept => ({
  stays: all.flatMap(({ stays }) => stays),
  notes: all.flatMap(({ notes }) => notes),
});

/** @throws GatewayError backup_refused */
const reading = <T>(work: () => T): T => {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof z.ZodError)) throw error;
    const reason = "a row in it is not of the form that this program writes";
    throw new GatewayError("backup_refused", { name: "The backup", reason });
  }
};

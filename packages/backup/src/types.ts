import type {
  BackupContents,
  BackupCounts,
  BackupPart,
  BackupPhase,
  RestorePreview,
} from "@local-mcp/contract";
import type { SlotRecord } from "@local-mcp/vault";

/** How somebody follows a long step, and ends it. */
export interface Watch {
  signal?: AbortSignal | undefined;
  /** @param progress 0 to 1 within the phase, null where it cannot be known */
  onProgress?: ((phase: BackupPhase, progress: number | null) => void) | undefined;
}

/** A file beside the database that goes into a backup because it was asked for. */
export interface PartFile {
  part: BackupPart;
  /** How it is called in the backup; no path. */
  name: string;
  /** Where it is now, absolute. */
  path: string;
}

/** What a backup is made of. Everything in it can be sent to a worker. */
export interface BackupInput {
  /** The live database, absolute; it may be open and written meanwhile. */
  database: string;
  /** The file to make, absolute; it must not be there. */
  target: string;
  /** Null: a plain file without any secret. */
  passphrase: string | null;
  /** The one slot of its vault; null where there is no vault, or no secret is to be in it. */
  slot: SlotRecord | null;
  parts: PartFile[];
  version: string;
  machine: string;
  missing: BackupContents["missing"];
}

export interface MadeBackup {
  bytes: number;
  /** Of the file, hexadecimal. */
  sha256: string;
  contents: BackupContents;
}

/** A copy of a database for this computer. */
export interface CopyInput {
  /** The live database, absolute; it may be open and written meanwhile. */
  database: string;
  /** The file to make, absolute; it must not be there. */
  target: string;
}

export interface MadeCopy {
  bytes: number;
  /** Of the file, hexadecimal. */
  sha256: string;
  /** ms since 1970. */
  createdAt: number;
  counts: BackupCounts;
}

/** A data key on its way between two threads of this process. */
export interface KeyBytes {
  id: string;
  bytes: Uint8Array;
}

/** The data keys of a staged database: the one that seals, and those it was replacing. */
export interface StagedKeys {
  current: KeyBytes;
  retiring: KeyBytes[];
}

/** A backup that was unpacked, checked and brought to this version, in a directory of its own. */
export interface Staged {
  /** Absolute. */
  directory: string;
  /** The database in it, closed, in one file. */
  database: string;
  /** Files of parts in it, by their names in the backup. */
  parts: PartFile[];
  contents: BackupContents;
  /** Whether a manifest said what it should hold, and it holds that. */
  verified: boolean;
  /** SHA-256 of the file that it came from, hexadecimal. */
  digest: string;
  /** Null where it holds no secret, or no key at hand opens them. */
  keys: StagedKeys | null;
}

export interface StageInput {
  /** A `.age` file, a plain backup, or a database that was copied by hand (with its `-wal`). */
  file: string;
  /** As people call it, for errors. */
  name: string;
  passphrase: string | null;
  /** To unpack into, below the staging directory; is made, and must not be there. */
  directory: string;
  /** As the database file of this data directory is called, which it may take the place of. */
  databaseName: string;
  /** What the disk may be filled with, bytes. */
  maxBytes: number;
}

/** What this computer adds to a staged database before it takes the place of the live one. */
export interface FinishInput {
  staged: Staged;
  /** The live database, which nobody has open any more; null where it cannot be read. */
  live: string | null;
  /** Data keys of the live database; null where its vault was not open. */
  liveKeys: StagedKeys | null;
  /** The slots that are to open it here; where there is none, it keeps the one it came with. */
  slots: SlotRecord[];
  /** Of its parts, those to bring back. */
  parts: BackupPart[];
  /** It came from elsewhere, and could not be shown because what is here cannot be read. */
  isUnseen?: boolean | undefined;
}

/** A stage that can take the place of what is there: flushed to the disk, closed, every secret opens. */
export interface Finished {
  /** Beside each other in the staging directory, named as in the data directory; the database first. */
  files: { name: string; sha256: string }[];
  /** What was newer here and stays, each as a sentence. */
  stays: string[];
  /** What a person should know or do afterwards, each as a sentence. */
  notes: string[];
}

/** What restoring a stage would do, without doing it. */
export type StagePreview = Pick<RestorePreview, "changes" | "stays" | "commands" | "warnings">;

/** The steps that take long, off the main thread. `packages/backup/src/worker-client.ts` */
export interface BackupWorker {
  create(input: BackupInput, watch: Watch): Promise<MadeBackup>;
  copy(input: CopyInput, watch: Watch): Promise<MadeCopy>;
  stage(input: StageInput, watch: Watch): Promise<Staged>;
  preview(
    input: Pick<FinishInput, "staged" | "live" | "liveKeys">,
    watch: Watch,
  ): Promise<StagePreview>;
  finish(input: FinishInput, watch: Watch): Promise<Finished>;
  /** Ends it, whatever it does. */
  close(): Promise<void>;
}

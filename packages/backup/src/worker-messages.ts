import type { BackupPhase, ErrorCode, ErrorParams } from "@local-mcp/contract";
import type { Work } from "./snapshot.ts";
import type { CopyInput, FinishInput, StageInput } from "./types.ts";

/** What a worker is started for. */
export type Task =
  | { kind: "create"; input: Work }
  | { kind: "copy"; input: CopyInput }
  | { kind: "stage"; input: StageInput }
  | { kind: "preview"; input: Pick<FinishInput, "staged" | "live" | "liveKeys"> }
  | { kind: "finish"; input: FinishInput };

/** What a worker says. After `done` or `refused` it ends. */
export type Message<Result = unknown> =
  | { kind: "progress"; phase: BackupPhase; progress: number | null }
  | { kind: "done"; result: Result }
  | { kind: "refused"; code: ErrorCode; params: ErrorParams; cause: string };

import { logContents, logDirection, logKind, logOutcome, type LogRow } from "@local-mcp/contract";

// In `debug_log_facts` a word is its place in one of these. They are stored: new words go to the end.

export const LOG_KINDS = logKind.options;
export const LOG_DIRECTIONS = logDirection.options;
export const LOG_OUTCOMES = logOutcome.options;
export const LOG_CONTENTS = logContents.options;
export const LOG_ERAS = ["legacy", "modern"] as const satisfies readonly LogRow["era"][];

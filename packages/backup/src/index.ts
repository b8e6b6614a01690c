export {
  clearUp,
  digestOf,
  isThere,
  makeOwnDirectory,
  removeTree,
  replaceFile,
  syncDirectory,
  syncFile,
  usingDisk,
  writeWhole,
} from "./disk.ts";
export { dropIntent, type Intent, writeIntent } from "./restore/intent.ts";
export {
  forgetOldStates,
  KEEP_PREVIOUS_MS,
  type PreviousState,
  previousStates,
} from "./restore/previous.ts";
export {
  carryOut,
  finishRestore,
  recoverRestore,
  type Recovery,
  rollBack,
} from "./restore/recover.ts";
export type * from "./types.ts";
export { tooBig } from "./free-space.ts";
export { type ContentDigest, contentDigest, type TableDigest } from "./digest.ts";
export { partName } from "./manifest.ts";
export { sealerOf } from "./moved-rows.ts";
export { createBackupWorker } from "./worker-client.ts";
export { type BackupFacts, whatIsMissing } from "./contents.ts";

export { type ContextForgeKey, contextForgeKey } from "./contextforge-key.ts";
export { type DataKey, letGo } from "./data-key.ts";
export {
  deriveExportKey,
  type ExportDerivation,
  type ExportKey,
  isExportSealed,
  isUsableDerivation,
  newExportDerivation,
} from "./export-key.ts";
export { hintOf } from "./hint.ts";
export type { Place } from "./key-ring.ts";
export type { KeyProvider, Unwrapped, WrapContext } from "./providers.ts";
export {
  environmentProvider,
  MIN_SECRET_LENGTH,
  passphraseProvider,
  recoveryProvider,
} from "./providers.ts";
export { createRecoveryKey } from "./recovery-key.ts";
export {
  createRedactor,
  learn,
  redactJson,
  type Redactor,
  type RedactorChange,
  withoutSecrets,
} from "./redaction/redactor.ts";
export { redactText } from "./redaction/shapes.ts";
export type { SealedValue, SealedValues } from "./rotation.ts";
export { createSealer, type Sealer } from "./sealer.ts";
export { sealerOfSecret } from "./secret-sealer.ts";
export type { SlotsFor } from "./slots-for.ts";
export type { DataKeyRecord, KeyStore, SlotRecord } from "./slots.ts";
export { boundTo } from "./slots.ts";
export { unlockKeys } from "./unlock-keys.ts";
export type { Vault, VaultState } from "./vault.ts";
export { createVault } from "./vault.ts";

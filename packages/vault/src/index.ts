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
export { createRedactor, redactJson, type Redactor } from "./redaction/redactor.ts";
export { redactText } from "./redaction/shapes.ts";
export type { SealedValue, SealedValues } from "./rotation.ts";
export type { DataKeyRecord, KeyStore, SlotRecord } from "./slots.ts";
export { boundTo } from "./slots.ts";
export type { Sealer, Vault, VaultState } from "./vault.ts";
export { createVault } from "./vault.ts";

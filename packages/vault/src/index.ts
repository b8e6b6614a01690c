export { hintOf } from "./hint.ts";
export type { KeyProvider, WrapContext } from "./providers.ts";
export { environmentProvider, passphraseProvider } from "./providers.ts";
export type { KeyStore, SlotRecord } from "./slots.ts";
export type { Place, Sealer, Vault } from "./vault.ts";
export { createVault } from "./vault.ts";

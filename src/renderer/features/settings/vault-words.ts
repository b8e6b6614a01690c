import type { VaultStatus } from "@local-mcp/contract";
import { count, listed } from "../../components/time.ts";

export type Slot = VaultStatus["slots"][number];
export type VaultIcon = "protected" | "empty" | "weak" | "locked";

/** What protects the secrets, as a sentence, and what is to know of it. */
export function vaultHeadline(vault: VaultStatus): {
  icon: VaultIcon;
  title: string;
  detail: string | null;
} {
  const { state, slots, secrets, keychain } = vault;
  if (state === "locked") return { icon: "locked", title: "The vault is locked.", detail: null };
  if (state === "open") {
    const title = `Protected by ${listed([...new Set(slots.map(nameOf))])}.`;
    const held = secrets === 0 ? "No secret is stored yet." : `Holds ${count(secrets, "secret")}.`;
    return { icon: "protected", title, detail: held };
  }
  return keychain?.available
    ? {
        icon: "empty",
        title: "There is no vault yet.",
        detail: `${keychain.name} will protect it as soon as the first secret is stored.`,
      }
    : {
        icon: "weak",
        title: "Not protected: this system has no keychain.",
        detail: "Secrets would be readable on disk. None has been stored.",
      };
}

/** Why none of the keys opened it by itself, and what would. */
export function whyLocked({ slots, keychain }: VaultStatus): string[] {
  const sealed = slots.find(({ provider }) => provider === "keychain");
  const needsStart = slots.some(({ provider }) => provider === "environment");
  return [
    ...(sealed ? whyKeychainFails(sealed, keychain) : []),
    ...(needsStart ? ["It opens when the app is started with AUTH_ENCRYPTION_SECRET."] : []),
  ];
}

function whyKeychainFails({ label }: Slot, keychain: VaultStatus["keychain"]): string[] {
  if (keychain?.name === label) {
    return keychain.available
      ? [`${label} answers, but its key does not open this vault.`]
      : [`${keychain.problem ?? `${label} does not answer.`} Secrets were sealed with ${label}.`];
  }
  const offers = keychain?.available ? keychain.name : "no keychain";
  return [
    `Secrets were sealed with ${label}; this session offers ${offers}. Nothing was lost.`,
    `Start the app in a session with ${label}, and the vault opens by itself.`,
  ];
}

/** Whether a person can open it, here and now. */
export const opensByHand = ({ slots }: VaultStatus): boolean =>
  slots.some(({ provider }) => provider === "passphrase");

/** How each kind of key is used. */
export const KEY_NOTES: Record<Slot["provider"], string> = {
  keychain: "Opens the vault by itself while you are signed in to this computer.",
  passphrase: "You are asked for it.",
  environment: "Given in the environment when the app starts.",
};

const nameOf = ({ provider, label }: Slot): string => {
  if (provider === "passphrase") return "a passphrase";
  return provider === "environment" ? "AUTH_ENCRYPTION_SECRET" : label;
};

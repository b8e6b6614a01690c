import type { VaultProblemCode, VaultStatus } from "@local-mcp/contract";
import { count, listed } from "../../components/time.ts";

export type Slot = VaultStatus["slots"][number];
export type VaultIcon = "protected" | "empty" | "weak" | "locked" | "lost";

/** What a person can do about a vault that is not open, by the button that does it. */
export type Way = "init" | "unlock" | "recover" | "again" | "forget";

export interface VaultWords {
  icon: VaultIcon;
  /** What protects the secrets, or why nothing does, as a sentence. */
  title: string;
  /** What is to know of it, a sentence each. */
  details: string[];
}

/** The state of the vault as its page says it. */
export function vaultWords(vault: VaultStatus): VaultWords {
  switch (vault.state) {
    case "open":
      return {
        icon: "protected",
        title: `Protected by ${listed([...new Set(vault.slots.map(nameOf))])}.`,
        details: [
          vault.secrets === 0
            ? "No secret is stored yet."
            : `Holds ${count(vault.secrets, "secret")}.`,
        ],
      };
    case "missing":
      return missingWords(vault.keychain);
    case "lost":
      return {
        icon: "lost",
        title: "The key of the vault is missing.",
        details: [
          `${count(vault.secrets, "secret")} ${vault.secrets === 1 ? "is" : "are"} stored that nothing here can open. ${NO_NEW_KEY}`,
          "A copy of the data folder from a time when the vault opened brings them back.",
          "Otherwise forget them, and enter each one again where it is missing.",
        ],
      };
    default:
      return {
        icon: isHopeless(vault.problem?.code) ? "lost" : "locked",
        title: lockedTitle(vault),
        details: whyLocked(vault),
      };
  }
}

const NO_NEW_KEY = "No new key was made.";

function lockedTitle({ problem, slots, keychain }: VaultStatus): string {
  if (problem === null) return "The vault is locked.";
  const sealed = slots.find(({ provider }) => provider === "keychain");
  return problem.code === "keychain_changed" && sealed && keychain
    ? `The vault is locked: the keychain changed (${sealed.label} → ${keychain.name}).`
    : LOCKED_TITLES[problem.code];
}

const LOCKED_TITLES: Record<VaultProblemCode, string> = {
  wrong_key: "The vault is locked: the key at hand is another one.",
  keychain_changed: "The vault is locked: the keychain changed.",
  keychain_weak: "The vault is locked: this system has no keychain.",
  keychain_refused: "The vault is locked: the keychain did not answer.",
  keychain_lost: "The vault is locked: the keychain has lost its key.",
  newer_format: "The vault was written by a newer version.",
  damaged: "The vault is damaged.",
  keys_missing: "The keys of the vault are missing.",
};

function missingWords(keychain: VaultStatus["keychain"]): VaultWords {
  return keychain?.available
    ? {
        icon: "empty",
        title: "There is no vault yet.",
        details: [`${keychain.name} will protect it as soon as the first secret is stored.`],
      }
    : {
        icon: "weak",
        title: "Not protected: this system has no keychain.",
        details: ["Secrets would be readable on disk. None has been stored."],
      };
}

/** Why none of the keys opened it by itself, and what would. */
export function whyLocked({ slots, problem }: VaultStatus): string[] {
  const sealed = slots.find(({ provider }) => provider === "keychain");
  const needsStart = slots.some(({ provider }) => provider === "environment");
  return [
    ...(problem ? [problem.message, ...wayBack(problem, sealed)] : []),
    ...(needsStart ? ["It opens when the app is started with AUTH_ENCRYPTION_SECRET."] : []),
  ];
}

/** What would open it again, in words of this window. */
function wayBack(
  { code, wayOut }: NonNullable<VaultStatus["problem"]>,
  sealed: Slot | undefined,
): string[] {
  const name = sealed?.label ?? "the keychain";
  switch (code) {
    case "keychain_changed":
    case "keychain_weak":
      return [`Start the app in a session with ${name}, and the vault opens by itself.`];
    case "keychain_refused":
      return [`Unlock ${name} and allow the app to use it, then try again.`];
    case "keychain_lost":
      return [`${NO_NEW_KEY} Where ${name} has its key again, the vault opens by itself.`];
    case "keys_missing":
      return [NO_NEW_KEY];
    // A key that was given is asked for again where it was given.
    case "wrong_key":
      return [];
    default:
      return [wayOut];
  }
}

/** Whether what is stored can never be read again, unless a key was written down. */
const isHopeless = (code: VaultProblemCode | undefined): boolean =>
  code === "keychain_lost" || code === "damaged" || code === "keys_missing";

/** What a person can do here and now, the best first. */
export function waysOf({ state, slots, problem }: VaultStatus): Way[] {
  if (state === "open") return [];
  if (state === "missing") return ["init"];
  if (state === "lost") return ["forget"];
  const has = (wanted: Slot["provider"]): boolean =>
    slots.some(({ provider }) => provider === wanted);
  const ways: Way[] = [];
  if (has("passphrase")) ways.push("unlock");
  if (has("recovery")) ways.push("recover");
  if (problem?.code === "keychain_refused") ways.unshift("again");
  if (ways.length === 0 && isHopeless(problem?.code)) ways.push("forget");
  return ways;
}

/** Whether a person can open it, here and now. */
export const opensByHand = (vault: VaultStatus): boolean =>
  waysOf(vault).some((way) => way === "unlock" || way === "recover");

/** What a keychain is called before it was asked which one it is. */
const UNASKED = "Keychain";

/** Whether this session's keychain could open the vault by itself, and is not a key of it yet. */
export const mayAddKeychain = ({ state, slots, keychain }: VaultStatus): boolean =>
  state === "open" &&
  keychain?.available === true &&
  !slots.some(
    ({ provider, label }) =>
      provider === "keychain" && (label === keychain.name || keychain.name === UNASKED),
  );

/** How each kind of key is used. */
export const KEY_NOTES: Record<Slot["provider"], string> = {
  keychain: "Opens the vault by itself while you are signed in to this computer.",
  passphrase: "You are asked for it.",
  environment: "Given in the environment when the app starts.",
  recovery: "Written down by you, for when no other key opens the vault.",
};

const nameOf = ({ provider, label }: Slot): string => {
  switch (provider) {
    case "passphrase":
      return "a passphrase";
    case "environment":
      return "AUTH_ENCRYPTION_SECRET";
    case "recovery":
      return "a recovery key";
    default:
      return label;
  }
};

/** “7f3a 91c2”: read aloud and compared by people. */
export const keyCheck = (check: string): string => check.replace(/^(.{4})(.{4})$/, "$1 $2");

/** “Replacing the data key: 120 of 1,204 secrets.” */
export const rotationText = ({ done, total }: NonNullable<VaultStatus["rotation"]>): string =>
  `Replacing the data key: ${done.toLocaleString()} of ${count(total, "secret")}.`;

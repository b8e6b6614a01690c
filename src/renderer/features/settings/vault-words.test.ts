import { type VaultProblemCode, vaultProblemCode, type VaultStatus } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import { vaultOf as vault } from "../overview/test-kit.ts";
import {
  keyCheck,
  mayAddKeychain,
  opensByHand,
  rotationText,
  type Slot,
  vaultWords,
  waysOf,
  whyLocked,
} from "./vault-words.ts";

const slot = (provider: Slot["provider"], label: string): Slot => ({
  id: label,
  provider,
  label,
  createdAt: 0,
  problem: null,
});
const KEYRING = slot("keychain", "GNOME Keyring");
const KWALLET = slot("keychain", "KWallet");
const PAPER = slot("recovery", "Recovery key");
const BY_HEART = slot("passphrase", "Passphrase");

const locked = (code: VaultProblemCode, slots: Slot[], more: Partial<VaultStatus> = {}) =>
  vault({
    state: "locked",
    slots,
    problem: { code, message: `It is ${code}.`, wayOut: "Do something." },
    ...more,
  });

describe("what is said of the vault", () => {
  it("names everything that opens it, each once", () => {
    const slots = [KEYRING, slot("passphrase", "At home"), slot("passphrase", "At work"), PAPER];
    expect(vaultWords(vault({ slots, secrets: 2 }))).toEqual({
      icon: "protected",
      title: "Protected by GNOME Keyring, a passphrase and a recovery key.",
      details: ["Holds 2 secrets."],
    });
  });

  it("never calls a vault protected that does not exist", () => {
    expect(vaultWords(vault({ state: "missing" })).icon).toBe("empty");
    const none = { available: false, name: "Keychain", problem: "No keychain." };
    expect(vaultWords(vault({ state: "missing", keychain: none }))).toMatchObject({
      icon: "weak",
      title: "Not protected: this system has no keychain.",
    });
    expect(vaultWords(vault({ state: "missing", keychain: null })).icon).toBe("weak");
  });

  it("says of a lost key what is lost, that no new one was made, and both ways out", () => {
    const { icon, details } = vaultWords(vault({ state: "lost", secrets: 1 }));
    expect(icon).toBe("lost");
    expect(details.join(" ")).toMatch(/^1 secret is stored .* No new key was made\. .*forget them/);
  });
});

describe("why it is locked", () => {
  it("needs no word where only a passphrase opens it", () => {
    expect(whyLocked(vault({ state: "locked", slots: [BY_HEART] }))).toEqual([]);
  });

  it.each(vaultProblemCode.options)("says of %s a title and the gateway's own sentence", (code) => {
    const { title, details } = vaultWords(locked(code, [KWALLET]));
    expect(title).toMatch(/^The (vault|keys) .*\.$/);
    expect(details[0]).toBe(`It is ${code}.`);
  });

  it("names the old keychain, the new one, and the way back", () => {
    const changed = vaultWords(locked("keychain_changed", [KWALLET]));
    expect(changed.title).toContain("(KWallet → GNOME Keyring)");
    expect(changed.details).toEqual([
      "It is keychain_changed.",
      "Start the app in a session with KWallet, and the vault opens by itself.",
    ]);
    const none = { available: false, name: "keychain", problem: "None." };
    expect(whyLocked(locked("keychain_weak", [KWALLET], { keychain: none }))).toEqual([
      "It is keychain_weak.",
      "Start the app in a session with KWallet, and the vault opens by itself.",
    ]);
  });

  it("names the variable that is missing at the start", () => {
    const slots = [slot("environment", "AUTH_ENCRYPTION_SECRET")];
    expect(whyLocked(vault({ state: "locked", slots }))).toEqual([
      expect.stringContaining("AUTH_ENCRYPTION_SECRET"),
    ]);
  });
});

describe("what can be done", () => {
  it("is nothing where it is open, and a passphrase where there is none", () => {
    expect(waysOf(vault())).toEqual([]);
    expect(waysOf(vault({ state: "missing" }))).toEqual(["init"]);
  });

  it("is every key that a person can give", () => {
    const both = vault({ state: "locked", slots: [BY_HEART, PAPER] });
    expect(waysOf(both)).toEqual(["unlock", "recover"]);
    expect(opensByHand(both)).toBe(true);
    expect(opensByHand(vault({ state: "locked", slots: [KEYRING] }))).toBe(false);
  });

  it("begins with another try where the keychain only has to be unlocked", () => {
    expect(waysOf(locked("keychain_refused", [KEYRING, PAPER]))).toEqual(["again", "recover"]);
  });

  it("is to forget only where no key can come back", () => {
    expect(waysOf(vault({ state: "lost" }))).toEqual(["forget"]);
    expect(waysOf(locked("keychain_lost", [KEYRING]))).toEqual(["forget"]);
    expect(waysOf(locked("keychain_lost", [KEYRING, PAPER]))).toEqual(["recover"]);
    expect(waysOf(locked("keychain_changed", [KWALLET]))).toEqual([]);
    expect(waysOf(locked("newer_format", [KEYRING]))).toEqual([]);
  });
});

describe("the keychain of this session", () => {
  it("is offered as a key where it is none yet, also beside one of another session", () => {
    expect(mayAddKeychain(vault({ slots: [BY_HEART] }))).toBe(true);
    expect(mayAddKeychain(vault({ slots: [KWALLET, PAPER] }))).toBe(true);
    expect(mayAddKeychain(vault({ slots: [KEYRING, PAPER] }))).toBe(false);
    expect(mayAddKeychain(vault({ slots: [BY_HEART], state: "locked" }))).toBe(false);
  });

  it("is not offered again while nobody has asked which one it is", () => {
    const unasked = { available: true, name: "Keychain", problem: null };
    expect(mayAddKeychain(vault({ slots: [KEYRING], keychain: unasked }))).toBe(false);
    expect(mayAddKeychain(vault({ slots: [BY_HEART], keychain: unasked }))).toBe(true);
  });
});

it("the key check is read in two groups", () => {
  expect(keyCheck("7f3a91c2")).toBe("7f3a 91c2");
});

it("a rotation says how far it is", () => {
  expect(rotationText({ done: 3, total: 12 })).toBe("Replacing the data key: 3 of 12 secrets.");
});

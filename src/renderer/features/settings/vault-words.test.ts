import type { VaultStatus } from "@local-mcp/contract";
import { describe, expect, it } from "vitest";
import { type Slot, vaultHeadline, whyLocked } from "./vault-words.ts";

const slot = (provider: Slot["provider"], label: string): Slot => ({
  id: label,
  provider,
  label,
  createdAt: 0,
});
const vault = (more: Partial<VaultStatus>): VaultStatus => ({
  state: "open",
  slots: [],
  secrets: 0,
  keychain: { available: true, name: "GNOME Keyring", problem: null },
  wayOut: null,
  ...more,
});
const KEYRING = slot("keychain", "GNOME Keyring");

describe("what is said of the vault", () => {
  it("names everything that opens it, each once", () => {
    const slots = [KEYRING, slot("passphrase", "At home"), slot("passphrase", "At work")];
    expect(vaultHeadline(vault({ slots, secrets: 2 }))).toEqual({
      icon: "protected",
      title: "Protected by GNOME Keyring and a passphrase.",
      detail: "Holds 2 secrets.",
    });
  });

  it("never calls a vault protected that does not exist", () => {
    expect(vaultHeadline(vault({ state: "missing" })).icon).toBe("empty");
    const none = { available: false, name: "Keychain", problem: "No keychain." };
    expect(vaultHeadline(vault({ state: "missing", keychain: none }))).toMatchObject({
      icon: "weak",
      title: "Not protected: this system has no keychain.",
    });
    expect(vaultHeadline(vault({ state: "missing", keychain: null })).icon).toBe("weak");
  });
});

describe("why it is locked", () => {
  it("needs no word where only a passphrase opens it", () => {
    expect(whyLocked(vault({ slots: [slot("passphrase", "Passphrase")] }))).toEqual([]);
  });

  it("is a keychain that is another one, does not answer, or has lost the key", () => {
    const slots = [slot("keychain", "KWallet")];
    expect(whyLocked(vault({ slots }))).toEqual([
      "Secrets were sealed with KWallet; this session offers GNOME Keyring. Nothing was lost.",
      "Start the app in a session with KWallet, and the vault opens by itself.",
    ]);
    const none = { available: false, name: "keychain", problem: "None has been stored." };
    expect(whyLocked(vault({ slots, keychain: none }))[0]).toBe(
      "Secrets were sealed with KWallet; this session offers no keychain. Nothing was lost.",
    );
    const silent = { available: false, name: "KWallet", problem: "KWallet does not answer." };
    expect(whyLocked(vault({ slots, keychain: silent }))).toEqual([
      "KWallet does not answer. Secrets were sealed with KWallet.",
    ]);
    expect(whyLocked(vault({ slots: [KEYRING] }))).toEqual([
      "GNOME Keyring answers, but its key does not open this vault.",
    ]);
  });

  it("names the variable that is missing at the start", () => {
    expect(whyLocked(vault({ slots: [slot("environment", "AUTH_ENCRYPTION_SECRET")] }))).toEqual([
      expect.stringContaining("AUTH_ENCRYPTION_SECRET"),
    ]);
  });
});

import { timingSafeEqual } from "node:crypto";
import { GatewayError } from "@local-mcp/contract";
import { boundTo, type Keychain } from "@local-mcp/gateway";
import { z } from "zod";
import {
  backendOf,
  isReadableByAnyone,
  isSameBackend,
  isTemporary,
  KeychainAccess,
  KeychainSilent,
  nameOf,
  type SafeStorage,
} from "./safe-storage.ts";

type KeyProvider = Keychain["provider"];
type Slot = Parameters<KeyProvider["unwrap"]>[0];

/** How long an answer is waited for, ms: long enough to type a password when one is asked for. */
const ANSWER_MS = 20_000;

/** Version of what {@link createKeychain} writes; slots that name none are of version 1. */
const FORMAT = 1;

const slotParams = z.object({
  backend: z.string().catch(""),
  /** Whose keychain it is; slots of earlier versions do not say. */
  account: z.string().catch("another user"),
  format: z.number().catch(FORMAT),
});

const NO_KEYCHAIN =
  "This system has no keychain, so secrets would be readable on disk. None has been stored.";
const CLOSED =
  "it is locked, or its use was denied. Where it has been unlocked since, start the app again.";

/**
 * The keychain of the system as one of the keys of the vault. It is asked when the vault is, never
 * at the start of the app: a keychain may ask a person, and before the app is ready it has no
 * answer. Until then it counts as usable. It is asked anew each time, and never for what another
 * keychain sealed, since asking one that has no key makes a new one.
 *
 * What it keeps is one line of base64, since a keyring has lost everything over a newline.
 */
export function createKeychain(options: {
  safeStorage: () => SafeStorage;
  platform: NodeJS.Platform;
  whenReady: () => Promise<unknown>;
  /** The user of this session. */
  account: () => string;
  answerMs?: number;
}): Keychain {
  const { safeStorage, platform, whenReady, account, answerMs = ANSWER_MS } = options;
  let known: { backend: string | null; problem: string | null } | null = null;

  /** The keychain of this session, which nobody has asked for anything yet. */
  const session = async (): Promise<{ backend: string | null; access: KeychainAccess }> => {
    await whenReady();
    const storage = safeStorage();
    const backend = backendOf(storage, platform);
    known = { backend, problem: backend === null ? NO_KEYCHAIN : null };
    return { backend, access: new KeychainAccess(storage, answerMs) };
  };

  /** Remembers why it cannot be used now. */
  const unusable = (backend: string, reason: string): string => {
    known = { backend, problem: `${nameOf(backend)} cannot be used: ${reason}` };
    return reason;
  };

  const cannotKeep = (reason: string): GatewayError =>
    new GatewayError("vault_no_keychain", { reason });

  const seal = async (access: KeychainAccess, backend: string, line: string): Promise<Buffer> => {
    try {
      if (await access.isAvailable()) return await access.encrypt(line);
    } catch (error) {
      throw cannotKeep(unusable(backend, reasonOf(error, answerMs)));
    }
    throw cannotKeep(unusable(backend, CLOSED));
  };

  const provider: KeyProvider = {
    provider: "keychain",
    get label() {
      return known?.backend ? nameOf(known.backend) : "Keychain";
    },
    async wrap(secret, context) {
      const { backend, access } = await session();
      if (backend === null) throw cannotKeep(NO_KEYCHAIN);
      const line = [context.slotId, context.boundTo, secret.toString("base64")].join(" ");
      const encrypted = await seal(access, backend, line);
      if (isReadableByAnyone(encrypted, platform)) {
        known = { backend: null, problem: NO_KEYCHAIN };
        throw cannotKeep(NO_KEYCHAIN);
      }
      return {
        wrapped: encrypted.toString("base64"),
        params: { backend, account: account(), format: FORMAT },
      };
    },
    async unwrap(slot) {
      const sealed = slotParams.parse(slot.params);
      if (sealed.format > FORMAT)
        throw new GatewayError("vault_newer_format", { slot: slot.label });
      const { backend, access } = await session();
      const was = nameOf(sealed.backend);
      if (backend === null) throw new GatewayError("vault_keychain_weak", { was });
      const name = nameOf(backend);
      if (!isSameBackend(sealed.backend, backend)) {
        throw new GatewayError("vault_keychain_changed", { was, now: name });
      }
      const encrypted = Buffer.from(slot.wrapped, "base64");
      if (isReadableByAnyone(encrypted, platform)) throw notOurs();
      const refused = (reason: string): GatewayError =>
        new GatewayError("vault_keychain_refused", { name, reason: unusable(backend, reason) });
      const lost = (): GatewayError =>
        new GatewayError("vault_keychain_lost", { name, user: sealed.account });

      const usable = await access.isAvailable().catch((error: unknown) => {
        throw refused(reasonOf(error, answerMs));
      });
      if (!usable) throw refused(CLOSED);
      const { result, shouldReEncrypt } = await access
        .decrypt(encrypted)
        .catch((error: unknown) => {
          const later = error instanceof KeychainSilent || isTemporary(error);
          throw later ? refused(reasonOf(error, answerMs)) : lost();
        });
      const secret = readLine(result, slot);
      if (secret === null) throw lost();
      return { secret, stale: shouldReEncrypt };
    },
  };
  return { provider, problem: () => known?.problem ?? null };
}

const notOurs = (): GatewayError =>
  new GatewayError("vault_wrong_key", { provider: "keychain of this system" });

/**
 * The secret of a line that {@link createKeychain} wrote; null for anything else, which is what a
 * keychain with another key may make of it.
 * @throws GatewayError vault_wrong_key for the line of another slot
 */
const readLine = (line: string, slot: Slot): Buffer | null => {
  const [slotId, bound, base64, ...rest] = line.split(" ");
  if (slotId === undefined || bound === undefined || !base64 || rest.length > 0) return null;
  if (!same(slotId, slot.id) || !same(bound, boundTo(slot))) throw notOurs();
  return Buffer.from(base64, "base64");
};

const reasonOf = (error: unknown, answerMs: number): string => {
  if (error instanceof KeychainSilent) {
    return `it has not answered within ${Math.round(answerMs / 1000)} seconds.`;
  }
  return isTemporary(error) ? "it is unavailable at the moment." : "it failed.";
};

const same = (a: string, b: string): boolean => {
  const [first, second] = [Buffer.from(a), Buffer.from(b)];
  return first.length === second.length && timingSafeEqual(first, second);
};

import {
  type AuditAction,
  type AuditSubject,
  contract,
  type VaultStatus,
  type VaultUnlock,
} from "@local-mcp/contract";
import { type Look, type Plan, planOf, type Rule, rule } from "./plan.ts";

const VAULT: AuditSubject = { kind: "vault", id: null, name: null };

/** One of the keys that open the vault. */
function slotOf(id: string, { stores }: Look): AuditSubject {
  const label = stores.vault.slots.list().find((slot) => slot.id === id)?.label;
  return { kind: "vault", id: label === undefined ? null : id, name: label ?? null };
}

function keyGiven({ passphrase, recoveryKey }: VaultUnlock): string {
  if (passphrase !== undefined) return "passphrase";
  return recoveryKey === undefined ? "the keys at hand" : "recovery key";
}

/** A key was added: the one that was not there before. */
function adding(look: Look): Plan<VaultStatus> {
  const before = new Set(look.stores.vault.slots.list().map(({ id }) => id));
  const action: AuditAction = "vault.slot_add";
  return {
    attempt: { action, subject: VAULT },
    done: ({ slots }) =>
      slots
        .filter(({ id }) => !before.has(id))
        .map(({ id, label, provider }) => ({
          action,
          subject: { kind: "vault", id, name: label },
          detail: { provider },
        })),
  };
}

/** What is recorded of each procedure that changes the vault or opens it. */
export const VAULT_RULES: Record<string, Rule> = {
  "vault.init": rule(contract.vault.init, () => planOf("vault.init", VAULT)),
  "vault.unlock": rule(contract.vault.unlock, (given) =>
    planOf("vault.unlock", VAULT, () => ({ with: keyGiven(given) })),
  ),
  "vault.addPassphrase": rule(contract.vault.addPassphrase, (_, look) => adding(look)),
  "vault.addKeychain": rule(contract.vault.addKeychain, (_, look) => adding(look)),
  "vault.addEnvironment": rule(contract.vault.addEnvironment, (_, look) => adding(look)),
  "vault.addRecoveryKey": rule(contract.vault.addRecoveryKey, (_, look) => {
    const { attempt, done } = adding(look);
    return { attempt, done: ({ status }) => done(status) };
  }),
  "vault.changePassphrase": rule(contract.vault.changePassphrase, ({ slot }, look) =>
    planOf("vault.change_passphrase", slotOf(slot, look)),
  ),
  "vault.removeSlot": rule(contract.vault.removeSlot, ({ slot }, look) =>
    planOf("vault.slot_remove", slotOf(slot, look)),
  ),
  "vault.rotate": rule(contract.vault.rotate, () =>
    planOf("vault.rotate", VAULT, ({ secrets, key }) => ({ secrets, key: key?.check ?? null })),
  ),
  "vault.reset": rule(contract.vault.reset, (_, { stores }) => {
    const forgotten = stores.vault.secrets.count();
    return planOf("vault.reset", VAULT, () => ({ forgotten }));
  }),
};

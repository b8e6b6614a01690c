import { RULES } from "./rules.ts";

/**
 * What is recorded and leaves as it is what gateways on one session store have to have in common:
 * names, routes, access tokens and the data key. A revoked token is told to the others.
 */
export const LEAVES_CONFIGURATION: readonly string[] = [
  "status.listen",
  "servers.test",
  "servers.restart",
  "servers.acceptTools",
  "signIn.remove",
  "tokens.createTemporary",
  "tokens.revoke",
  "settings.update",
  "sessions.remove",
  "sessions.cleanup",
  "audit.export",
  "backups.create",
  "backups.verify",
  "backups.remove",
  "backups.keepPassphrase",
  "metrics.reset",
  "logs.clear",
  "logs.export",
  "logs.setLevel",
  "logs.uncap",
  "transfer.export",
  "vault.unlock",
  "vault.addPassphrase",
  "vault.addKeychain",
  "vault.addEnvironment",
  "vault.addRecoveryKey",
  "vault.changePassphrase",
  "vault.removeSlot",
];

/** Whether a procedure may change what other gateways have to have, too. */
export const changesConfiguration = (procedure: string): boolean =>
  procedure in RULES && !LEAVES_CONFIGURATION.includes(procedure);

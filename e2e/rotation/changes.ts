import { cpSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import { createVaultQueries } from "@local-mcp/database";
import type { SlotRecord, Vault } from "@local-mcp/vault";
import { type Keys, makeDirectory, type Opened, openDirectory, providerOf } from "./stage.ts";

/** What the staged vault is opened by. */
export const STAGED = ["recovery", "keychain", "passphrase", "environment"] as const;

/** Something that is done to a vault, and may be ended at any moment of it. */
export interface Change {
  name: string;
  /** Nothing, the staged vault, or that one while its data key is being replaced. */
  begins: "empty" | "staged" | "interrupted";
  /** The slots afterwards, by what opens them; none where there is no vault any more. */
  after: readonly (keyof Keys)[];
  /** Its values get another data key, some after others. */
  replacesKey?: true;
  run(opened: Opened, keys: Keys): Promise<unknown>;
}

export const slotsBefore = ({ begins }: Change): readonly (keyof Keys)[] =>
  begins === "empty" ? [] : STAGED;

const unlock = ({ vault }: Opened, keys: Keys): Promise<void> =>
  vault.unlock(providerOf("recovery", keys));

const idOf = ({ db }: Opened, label: string): string => {
  const slot = createVaultQueries(db)
    .slots.list()
    .find((slot) => slot.label === label);
  if (slot === undefined) throw new Error(`there is no slot ${label}`);
  return slot.id;
};

/** Until no value waits for another data key. */
export async function settled(vault: Vault): Promise<void> {
  while (vault.rotation() !== null) await turn();
}

export const CHANGES: readonly Change[] = [
  {
    name: "a vault is made",
    begins: "empty",
    after: ["recovery"],
    run: ({ vault }, keys) => vault.init(providerOf("recovery", keys), "recovery"),
  },
  {
    name: "the data key is replaced",
    begins: "staged",
    after: STAGED,
    replacesKey: true,
    async run(opened, keys) {
      await unlock(opened, keys);
      await opened.vault.rotate();
    },
  },
  {
    name: "a replacement that was interrupted goes on",
    begins: "interrupted",
    after: STAGED,
    replacesKey: true,
    async run(opened, keys) {
      await unlock(opened, keys);
      await settled(opened.vault);
    },
  },
  {
    name: "a slot is added",
    begins: "staged",
    after: [...STAGED, "added"],
    async run(opened, keys) {
      await unlock(opened, keys);
      await opened.vault.addSlot(providerOf("added", keys), "added");
    },
  },
  {
    name: "a slot is removed",
    begins: "staged",
    after: ["recovery", "keychain", "passphrase"],
    async run(opened, keys) {
      await unlock(opened, keys);
      opened.vault.removeSlot(idOf(opened, "environment"));
    },
  },
  {
    name: "a passphrase is changed",
    begins: "staged",
    after: ["recovery", "keychain", "changed", "environment"],
    async run(opened, keys) {
      await unlock(opened, keys);
      await opened.vault.changeSlot(idOf(opened, "passphrase"), providerOf("changed", keys));
    },
  },
  {
    name: "a keychain asks to be written anew",
    begins: "staged",
    after: STAGED,
    run({ vault }, keys) {
      const keychain = providerOf("keychain", keys);
      const unwrap = async (slot: SlotRecord) => ({
        ...(await keychain.unwrap(slot)),
        stale: true,
      });
      return vault.unlock({ ...keychain, unwrap });
    },
  },
  {
    name: "everything is forgotten",
    begins: "staged",
    after: [],
    run: async ({ vault }) => vault.reset(),
  },
];

/** The data directories that changes begin with, in folders of their own that are called so. */
export async function stage(root: string, keys: Keys, values: number): Promise<void> {
  await makeDirectory(join(root, "empty"), keys, [], 0);
  await makeDirectory(join(root, "staged"), keys, STAGED, values);
  cpSync(join(root, "staged"), join(root, "interrupted"), { recursive: true });
  const opened = openDirectory(join(root, "interrupted"));
  await unlock(opened, keys);
  const replaced = opened.vault.rotate();
  await turn();
  await turn();
  opened.vault.lock();
  await replaced;
  opened.db.close();
}

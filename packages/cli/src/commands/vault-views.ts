import type { VaultStatus } from "@local-mcp/contract";
import { dateTime, facts, oneLine, plural, table } from "../output.ts";

export const VAULT_WORDS = {
  missing: "none yet",
  locked: "locked",
  open: "open",
  lost: "its keys are lost",
} as const satisfies Record<VaultStatus["state"], string>;

/** How far the replacement of the data key is. */
export const rotationText = ({ done, total }: { done: number; total: number }): string =>
  `${done} of ${plural(total, "secret has", "secrets have")} the new data key`;

/** The vault for people: whether it is open, what stands in the way, and which keys it has. */
export const vaultText = (status: VaultStatus): string => {
  const { key, rotation, problem, slots } = status;
  const head = facts([
    ["Vault", VAULT_WORDS[status.state]],
    ["Secrets", String(status.secrets)],
    ["Data key", key && `${key.check}, since ${dateTime(key.createdAt)}`],
    ["Replacing", rotation && rotationText(rotation)],
    ["Problem", problem && problem.message],
    ["Next", status.wayOut ?? problem?.wayOut ?? null],
  ]);
  if (slots.length === 0) return head;
  const keys = table(
    ["KEY", "OPENS WITH", "LABEL", "ADDED"],
    slots.map((slot) => [slot.id, slot.provider, slot.label, dateTime(slot.createdAt)]),
  );
  const troubled = slots.flatMap((slot) =>
    slot.problem === null || slot.problem === problem?.message
      ? []
      : [`“${oneLine(slot.label)}”: ${oneLine(slot.problem)}`],
  );
  return [head, keys, ...(troubled.length > 0 ? [troubled.join("\n")] : [])].join("\n\n");
};

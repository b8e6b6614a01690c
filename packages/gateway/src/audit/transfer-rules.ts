import { createHash } from "node:crypto";
import { type AuditDetail, contract, GatewayError } from "@local-mcp/contract";
import { type Rule, rule } from "./plan.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** Of a file that was refused whole: how much is in it, and how much of that is why. */
function countsIn(error: unknown): AuditDetail {
  if (!(error instanceof GatewayError)) return {};
  const { total, count } = error.params;
  return total === undefined || count === undefined ? {} : { total, failed: count };
}

/** What is recorded of each procedure that exports or imports what is configured. */
export const TRANSFER_RULES: Record<string, Rule> = {
  "transfer.export": rule(contract.transfer.export, ({ format }) => {
    const subject = { kind: "export", id: null, name: null } as const;
    const note = { action: "configuration.export", subject } as const;
    return {
      attempt: note,
      done: ({ text, name, counts, secrets: { sealed: secrets } }) => {
        const named = { ...subject, name };
        const detail = { fileDigest: sha256(text), format, ...counts, secrets };
        return [
          { ...note, subject: named, detail },
          // They left the vault under another key.
          ...(secrets === 0
            ? []
            : [{ action: "secret.read" as const, subject: named, detail: { secrets } }]),
        ];
      },
    };
  }),
  "transfer.apply": rule(contract.transfer.apply, ({ name, text, strategy, consent }) => {
    const note = {
      action: "configuration.import",
      subject: { kind: "import", id: null, name: name || null },
    } as const;
    const file = { fileDigest: sha256(text), strategy };
    return {
      attempt: { ...note, detail: file },
      failed: countsIn,
      done: ({ format, job: { id, counts, backup }, unconfirmed }) => [
        {
          ...note,
          subject: { ...note.subject, id },
          detail: { ...file, format, ...counts, backup, consent, unconfirmed },
        },
      ],
    };
  }),
};

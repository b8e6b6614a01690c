import { createHash } from "node:crypto";
import { contract } from "@local-mcp/contract";
import { type Rule, rule } from "./plan.ts";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** What is recorded of each procedure that exports or imports what is configured. */
export const TRANSFER_RULES: Record<string, Rule> = {
  "transfer.apply": rule(contract.transfer.apply, ({ name, text, strategy, consent }) => {
    const note = {
      action: "configuration.import",
      subject: { kind: "import", id: null, name: name || null },
    } as const;
    const file = { fileDigest: sha256(text), strategy };
    return {
      attempt: { ...note, detail: file },
      tellsFailures: true,
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

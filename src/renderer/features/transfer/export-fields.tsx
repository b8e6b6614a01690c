import { exportFormat } from "@local-mcp/contract";
import type { ComponentProps } from "react";
import { Checkbox } from "../../components/choice.tsx";
import { RadioList } from "../../components/radio-list.tsx";
import { count } from "../../components/time.ts";
import { NewPassphrase } from "../backups/new-passphrase.tsx";
import { type Available, type ExportChoice, tagsOf } from "./export-choice.ts";
import { FORMAT_WORDS } from "./transfer-words.ts";

interface ExportFieldsProps {
  choice: ExportChoice;
  onChoice: (choice: ExportChoice) => void;
  available: readonly Available[];
  hasEncryptionSecret: boolean;
  /** How many secrets the ticked have. */
  secrets: number;
  /** Null where none is needed. */
  passphrase: ComponentProps<typeof NewPassphrase> | null;
}

/** What else is to be said of a file than what is in it. */
export function ExportFields({
  choice,
  onChoice,
  available,
  hasEncryptionSecret,
  secrets,
  passphrase,
}: ExportFieldsProps) {
  const set = (part: Partial<ExportChoice>): void => onChoice({ ...choice, ...part });
  const tags = tagsOf(available);
  return (
    <>
      <div className="flex flex-col items-start">
        <Checkbox
          label="With what the ticked ones need"
          checked={choice.dependencies}
          onChange={(dependencies) => set({ dependencies })}
        />
        <Checkbox
          label="Also what is turned off"
          checked={choice.includeInactive}
          onChange={(includeInactive) => set({ includeInactive })}
        />
      </div>
      {tags.length > 0 ? (
        <fieldset>
          <legend className="font-medium">Only with one of these tags</legend>
          <div className="flex max-h-24 flex-wrap gap-x-2 overflow-y-auto">
            {tags.map((tag) => (
              <Checkbox
                key={tag}
                label={tag}
                checked={choice.tags.includes(tag)}
                onChange={(on) =>
                  set({
                    tags: on ? [...choice.tags, tag] : choice.tags.filter((one) => one !== tag),
                  })
                }
              />
            ))}
          </div>
        </fieldset>
      ) : null}
      {choice.format === "contextforge" ? null : secrets === 0 ? (
        <p className="text-text-2">There is no secret in it.</p>
      ) : (
        <RadioList
          label={count(secrets, "secret")}
          value={choice.secrets}
          onChange={(kind) => set({ secrets: kind })}
          items={[
            {
              value: "passphrase" as const,
              label: "Sealed with a passphrase",
              hint: "Whoever imports the file needs it too.",
            },
            ...(hasEncryptionSecret
              ? [
                  {
                    value: "key" as const,
                    label: "Sealed with AUTH_ENCRYPTION_SECRET",
                    hint: "Gateways with the same one open it without being asked.",
                  },
                ]
              : []),
            {
              value: "none" as const,
              label: "Left out",
              hint: "They have to be given where it is imported; those that are there already stay.",
            },
          ]}
        />
      )}
      {passphrase ? <NewPassphrase {...passphrase} opens="the secrets in the file" /> : null}
      <details>
        <summary className="font-medium">Other forms</summary>
        <RadioList
          label="Form of the file"
          value={choice.format}
          onChange={(format) => set({ format })}
          items={exportFormat.options.map((value) => ({ value, ...FORMAT_WORDS[value] }))}
        />
      </details>
    </>
  );
}

import { BACKUP_PART_WORDS, type BackupContents } from "@local-mcp/contract";
import { DetailList } from "../../components/detail-list.tsx";
import { count, exactTime, listed } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { countsText } from "./backup-words.ts";

const SECRETS: Record<BackupContents["secrets"], (secrets: number) => string> = {
  sealed: (secrets) => `${count(secrets, "secret")}, under the passphrase`,
  none: () => "None",
  foreign: (secrets) => `${count(secrets, "secret")}, sealed with keys of elsewhere`,
};

interface BackupContentsListProps {
  contents: BackupContents;
  /** Whether something in it says what it should hold, and it holds that. */
  verified: boolean;
}

/** What a backup holds, and what belongs to the gateway and is not in it. */
export function BackupContentsList({ contents, verified }: BackupContentsListProps) {
  const { createdAt, machine, version, counts, secrets, parts, missing } = contents;
  const fact = (name: string, text: string) =>
    text === "" ? [] : [{ name, value: <UntrustedText text={text} /> }];
  return (
    <div className="space-y-3">
      <DetailList
        items={[
          ...fact("Made", exactTime(createdAt)),
          ...fact("On", machine),
          ...fact("By version", version),
          ...fact("Holds", countsText(counts)),
          ...fact("Secrets", SECRETS[secrets](counts.secrets)),
          ...fact("Also", listed(parts.map((part) => BACKUP_PART_WORDS[part]))),
          ...fact(
            "Checked",
            verified
              ? "Every table is as it was when the backup was made"
              : "It is whole, but nothing in it says what it should hold",
          ),
        ]}
      />
      {missing.length > 0 ? (
        <details>
          <summary className="font-medium">{count(missing.length, "thing")} not in it</summary>
          <ul className="list-disc space-y-1 pt-1 pl-5">
            {missing.map(({ what, how }) => (
              <li key={what}>
                <UntrustedText text={what} />{" "}
                <span className="text-text-2">
                  <UntrustedText text={how} />
                </span>
              </li>
            ))}
          </ul>
        </details>
      ) : null}
    </div>
  );
}

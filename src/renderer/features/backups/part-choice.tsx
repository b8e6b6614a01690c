import { BACKUP_PART_WORDS, type BackupPart } from "@local-mcp/contract";
import { Checkbox } from "../../components/choice.tsx";

interface PartChoiceProps {
  legend: string;
  /** Those that there are. */
  parts: readonly BackupPart[];
  chosen: readonly BackupPart[];
  onChosen: (chosen: BackupPart[]) => void;
}

/** Which of the files that are not in the database belong to a backup, or come back from one. */
export function PartChoice({ legend, parts, chosen, onChosen }: PartChoiceProps) {
  return (
    <fieldset className="space-y-1">
      <legend className="font-medium">{legend}</legend>
      <div className="flex flex-wrap gap-x-4">
        {parts.map((part) => (
          <Checkbox
            key={part}
            label={BACKUP_PART_WORDS[part]}
            checked={chosen.includes(part)}
            onChange={(wanted) =>
              onChosen(wanted ? [...chosen, part] : chosen.filter((one) => one !== part))
            }
          />
        ))}
      </div>
    </fieldset>
  );
}

import type { ServerImportRow } from "@local-mcp/contract";
import { CircleCheck, CircleX, type LucideIcon, SkipForward } from "lucide-react";
import { Button } from "../../components/button.tsx";
import { classNames } from "../../components/class-names.ts";
import { Dialog } from "../../components/dialog.tsx";
import { Panel, Row } from "../../components/page.tsx";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { resultTitle } from "./paste-rows.ts";

const OUTCOMES: Record<
  ServerImportRow["outcome"],
  { icon: LucideIcon; colour: string; word: string }
> = {
  added: { icon: CircleCheck, colour: "text-text-2", word: "Added" },
  skipped: { icon: SkipForward, colour: "text-text-2", word: "Skipped" },
  failed: { icon: CircleX, colour: "text-err", word: "Not added" },
};

interface AddResultProps {
  rows: ServerImportRow[];
  /** Names of those whose command nobody has seen yet. */
  toReview: string[];
  /** To the box, which still holds what was pasted. */
  onBack: () => void;
  onLeave: (toReview: string[]) => void;
}

/** What became of each server. */
export function AddResult({ rows, toReview, onBack, onLeave }: AddResultProps) {
  const isWhole = rows.every(({ outcome }) => outcome === "added");
  return (
    <Dialog
      open
      onClose={() => onLeave([])}
      title={resultTitle(rows)}
      width="wide"
      footer={
        <>
          {toReview.length > 0 ? null : (
            <Button kind={isWhole ? "primary" : "secondary"} onClick={() => onLeave([])}>
              Close
            </Button>
          )}
          {isWhole ? null : (
            <Button kind={toReview.length > 0 ? "secondary" : "primary"} onClick={onBack}>
              Back
            </Button>
          )}
          {toReview.length > 0 ? (
            <Button kind="primary" onClick={() => onLeave(toReview)}>
              {toReview.length === 1 ? "Review command…" : `Review ${toReview.length} commands…`}
            </Button>
          ) : null}
        </>
      }
    >
      <Panel>
        {rows.map(({ original, name, outcome, message }, index) => {
          const { icon: Icon, colour, word } = OUTCOMES[outcome];
          return (
            <Row
              // oxlint-disable-next-line react/no-array-index-key -- one text may hold a name twice
              key={index}
              icon={
                <Icon
                  aria-hidden
                  size={16}
                  strokeWidth={1.75}
                  className={classNames("shrink-0", colour)}
                />
              }
              title={<UntrustedText text={name ?? original} />}
              detail={message === null ? word : `${word}. ${message}`}
            />
          );
        })}
      </Panel>
    </Dialog>
  );
}

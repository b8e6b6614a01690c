import type { BackupPart, RestorePreview } from "@local-mcp/contract";
import type { ReactNode } from "react";
import { Banner } from "../../components/banner.tsx";
import { CodeBlock } from "../../components/code-block.tsx";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { BackupContentsList } from "./backup-contents.tsx";
import { changesText } from "./backup-words.ts";
import { PartChoice } from "./part-choice.tsx";

interface RestorePreviewViewProps {
  preview: RestorePreview;
  /** Of the parts in it, those to bring back. */
  parts: BackupPart[];
  onParts: (parts: BackupPart[]) => void;
}

/** All that a restore would do, before anybody says that it shall. */
export function RestorePreviewView({ preview, parts, onParts }: RestorePreviewViewProps) {
  const { contents, verified, changes, stays, commands, warnings } = preview;
  const groups = changesText(changes);
  return (
    <div className="space-y-4">
      {warnings.map((warning) => (
        <Banner key={warning} level="warn" title={<UntrustedText text={warning} />} />
      ))}
      <BackupContentsList contents={contents} verified={verified} />
      <Group title="What changes">
        {groups.length === 0 ? <p>Nothing: what is configured now is the same.</p> : null}
        {groups.map(({ title, lines }) => (
          <div key={title}>
            <p className="text-text-2">{title}</p>
            <Lines lines={lines} />
          </div>
        ))}
      </Group>
      {stays.length > 0 ? (
        <Group title="What stays as it is now">
          <Lines lines={stays} />
        </Group>
      ) : null}
      {commands.length > 0 ? (
        <Group title="Commands that may start">
          <ul className="space-y-2">
            {commands.map(({ server, command, args, cwd, env, isNew }) => (
              <li key={server} className="space-y-1">
                <p>
                  <UntrustedText text={server} />
                  {isNew ? <span className="text-warn"> · new on this computer</span> : null}
                </p>
                <CodeBlock
                  label={`Command of ${server}`}
                  text={[command, ...args].join(" ")}
                  wrap
                  untrusted
                />
                {cwd === null ? null : (
                  <p className="text-meta text-text-2">
                    In <UntrustedText text={cwd} />
                  </p>
                )}
                {env.length > 0 ? (
                  <p className="text-meta text-text-2">
                    With <UntrustedText text={env.join(", ")} />
                  </p>
                ) : null}
              </li>
            ))}
          </ul>
        </Group>
      ) : null}
      {contents.parts.length > 0 ? (
        <PartChoice
          legend="Also bring back"
          parts={contents.parts}
          chosen={parts}
          onChosen={onParts}
        />
      ) : null}
    </div>
  );
}

function Group({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="space-y-1">
      <h3 className="font-medium">{title}</h3>
      {children}
    </section>
  );
}

function Lines({ lines }: { lines: string[] }) {
  return (
    <ul className="list-disc pl-5">
      {lines.map((line) => (
        <li key={line} className="break-words">
          <UntrustedText text={line} />
        </li>
      ))}
    </ul>
  );
}

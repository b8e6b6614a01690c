import { type CapabilityView, MAX_EXPOSED_NAME, type ProfileView } from "@local-mcp/contract";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { client, queryClient } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { CodeBlock } from "../../components/code-block.tsx";
import { DetailList } from "../../components/detail-list.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { TextArea, TextField } from "../../components/field.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { Tabs } from "../../components/tabs.tsx";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { WordDiff } from "../../components/word-diff-view.tsx";
import { freeName, keyOf, nameProblem } from "./capability-rows.ts";
import { capabilitiesOf } from "./profile-data.ts";
import { changeOf, type Draft, draftOf, originalDescription, shownName } from "./tool-draft.ts";

interface EditToolDialogProps {
  profile: ProfileView;
  item: CapabilityView;
  capabilities: readonly CapabilityView[];
  titleOf: (server: string) => string;
  onClose: () => void;
  /** With the name that clients see now. */
  onSaved: (name: string) => void;
}

const VERSIONS = { sides: ["Original", "Yours"], same: "As its server says." } as const;

/** What clients of one profile are told about a tool: as its server says, or as a person does. */
export function EditToolDialog({
  profile,
  item,
  capabilities,
  titleOf,
  onClose,
  onSaved,
}: EditToolDialogProps) {
  const [draft, setDraft] = useState<Draft>(() => draftOf(item));
  const [tab, setTab] = useState("yours");
  const name = shownName(draft, item);
  const original = originalDescription(item) ?? "";
  const description = draft.description ?? original;
  const problem = draft.name === null ? null : nameProblem(name, item, capabilities, titleOf);
  const change = changeOf(draft, item);
  const save = useMutation({
    mutationFn: (wanted: NonNullable<typeof change>) =>
      client.profiles.customize({ profile: profile.id, changes: [wanted] }),
    onSuccess: (all) => {
      queryClient.setQueryData(capabilitiesOf(profile).queryKey, all);
      onClose();
      onSaved(all.find((one) => keyOf(one) === keyOf(item))?.name ?? name);
    },
  });
  const left = MAX_EXPOSED_NAME - name.length;
  const suggestion = problem === null ? null : freeName(name, item, capabilities);
  const yours = (
    <div className="space-y-4">
      <TextField
        label="Name"
        mono
        hint={
          draft.name === null && item.renamed === "by_you"
            ? "As its server calls it. Where another server has that name, the server's is put before."
            : left >= 0
              ? `${left} left`
              : `${-left} too many`
        }
        error={problem ?? (save.error ? problemLine(save.error) : null)}
        value={name}
        onChange={(event) => {
          save.reset();
          setDraft({ ...draft, name: event.target.value });
        }}
      />
      {suggestion === null ? null : (
        <Button size="toolbar" onClick={() => setDraft({ ...draft, name: suggestion })}>
          Use “{suggestion}”
        </Button>
      )}
      <TextArea
        label="Description"
        rows={6}
        maxLength={10_000}
        value={description}
        onChange={(event) => {
          const typed = event.target.value;
          setDraft({ ...draft, description: typed === original ? null : typed });
        }}
      />
    </div>
  );
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Edit “${item.name}”`}
      description={`Of ${titleOf(item.server)}, for clients of “${profile.name}”.`}
      width="wide"
      footer={
        <>
          <Button
            kind="quiet"
            className="mr-auto"
            disabled={draft.name === null && draft.description === null}
            onClick={() => setDraft({ name: null, description: null })}
          >
            Reset to original
          </Button>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            kind="primary"
            disabled={change === null || problem !== null || save.isPending}
            onClick={() => change && save.mutate(change)}
          >
            Save
          </Button>
        </>
      }
    >
      <div className="-mx-4">
        <Tabs
          label="Versions of this tool"
          current={tab}
          onChange={setTab}
          items={[
            { id: "yours", label: "Yours", content: yours },
            { id: "original", label: "Original", content: <Original item={item} /> },
            {
              id: "diff",
              label: "Diff",
              content: (
                <div className="space-y-4">
                  <WordDiff title="Name" before={item.original} after={name} {...VERSIONS} />
                  <WordDiff
                    title="Description"
                    before={original}
                    after={description}
                    {...VERSIONS}
                  />
                </div>
              ),
            },
          ]}
        />
      </div>
    </Dialog>
  );
}

function Original({ item }: { item: CapabilityView }) {
  const description = originalDescription(item);
  return (
    <div className="space-y-3">
      <DetailList
        items={[
          {
            name: "Name",
            value: (
              <span className="font-mono text-meta">
                <UntrustedText text={item.original} />
              </span>
            ),
          },
          {
            name: "Description",
            value:
              description === null ? (
                <span className="text-text-2">none</span>
              ) : (
                <span className="whitespace-pre-wrap">
                  <UntrustedText text={description} />
                </span>
              ),
          },
        ]}
      />
      <CodeBlock
        label="Definition as the server sent it"
        text={JSON.stringify(item.definition, null, 2)}
        wrap
        untrusted
      />
    </div>
  );
}

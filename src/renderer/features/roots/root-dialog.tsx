import { type RootCreate, type RootView, rootUri } from "@local-mcp/contract";
import { useMutation } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { announce } from "../../app/announce.ts";
import { client } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Switch } from "../../components/choice.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { TextField } from "../../components/field.tsx";
import { problemLine } from "../../components/problem-view.tsx";
import { fileUri, rootTitle } from "./root-order.ts";

interface RootDialogProps {
  /** Null for a new one. */
  root: RootView | null;
  /** Slug of the profile that gets the new one. */
  profile?: string;
  onClose: () => void;
}

/** A folder or address that servers are told to work in: to add one, or to change it. */
export function RootDialog({ root, profile, onClose }: RootDialogProps) {
  const form = useId();
  const [uri, setUri] = useState(root?.uri ?? "");
  const [name, setName] = useState(root?.name ?? "");
  const [enabled, setEnabled] = useState(root?.enabled ?? true);
  const [isTried, setTried] = useState(false);
  const checked = rootUri.safeParse(uri.trim());
  const problem = checked.success ? null : (checked.error.issues[0]?.message ?? null);
  const save = useMutation({
    mutationFn: (fields: Pick<RootCreate, "uri" | "name" | "enabled">) =>
      root === null
        ? client.roots.create({
            ...fields,
            ...(profile === undefined ? {} : { profiles: [profile] }),
          })
        : client.roots.update({ root: root.id, changes: fields }),
    onSuccess: (view) => {
      announce(`${rootTitle(view)} was ${root === null ? "added" : "saved"}.`);
      onClose();
    },
  });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (!checked.success || save.isPending) return;
    save.mutate({ uri: checked.data, name: name.trim() === "" ? null : name.trim(), enabled });
  };
  const choose = async (): Promise<void> => {
    const { path } = await client.desktop.chooseFolder();
    if (path !== null) setUri(fileUri(path));
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={root === null ? "Add root" : `Edit “${rootTitle(root)}”`}
      startsIn="field"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form={form} disabled={save.isPending}>
            {root === null ? "Add root" : "Save"}
          </Button>
        </>
      }
    >
      <form id={form} noValidate onSubmit={submit} className="space-y-4">
        <div className="flex items-start gap-2">
          <div className="min-w-0 flex-1">
            <TextField
              label="URI"
              mono
              placeholder="file:///home/me/notes"
              maxLength={2048}
              error={(isTried ? problem : null) ?? (save.error ? problemLine(save.error) : null)}
              value={uri}
              onChange={(event) => {
                save.reset();
                setUri(event.target.value);
              }}
            />
          </div>
          <Button className="mt-6" onClick={() => void choose()}>
            Choose folder…
          </Button>
        </div>
        <TextField
          label="Name"
          hint="For people, and for servers that show one."
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <Switch label="On" checked={enabled} onChange={setEnabled} />
        {root !== null && root.resources > 0 && uri.trim() !== root.uri ? (
          <p className="text-meta text-warn">
            Resources inside it are then looked for at the new place.
          </p>
        ) : null}
      </form>
    </Dialog>
  );
}

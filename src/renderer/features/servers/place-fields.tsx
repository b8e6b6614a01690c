import { TextArea, TextField } from "../../components/field.tsx";
import { PathField } from "./path-field.tsx";

interface PlaceFieldsProps<Place> {
  draft: Place;
  problems: Partial<Record<string, string>>;
  set: (change: Partial<Place>) => void;
  /** Of each field, by its name, where something leads to it. */
  idOf?: (field: string) => string;
}

/** The command that is run on this computer, its arguments and its folder. */
export function CommandFields(
  props: PlaceFieldsProps<{ command: string; args: string; cwd: string }> & {
    /** Of the arguments. */
    className?: string;
  },
) {
  const { draft, problems, set, idOf, className } = props;
  return (
    <>
      <PathField
        id={idOf?.("command")}
        kind="program"
        value={draft.command}
        error={problems.command}
        onChange={(command) => set({ command })}
      />
      <TextArea
        id={idOf?.("args")}
        label="Arguments"
        hint="One per line, as they are: no quotes needed."
        mono
        className={className}
        error={problems.args}
        value={draft.args}
        onChange={(event) => set({ args: event.target.value })}
      />
      <PathField
        id={idOf?.("cwd")}
        kind="folder"
        value={draft.cwd}
        error={problems.cwd}
        onChange={(cwd) => set({ cwd })}
      />
    </>
  );
}

/** Where a remote server is reached. */
export function UrlField({ draft, problems, set, idOf }: PlaceFieldsProps<{ url: string }>) {
  return (
    <TextField
      id={idOf?.("url")}
      label="URL"
      hint="What stands behind ? is kept in the vault."
      mono
      inputMode="url"
      error={problems.url}
      value={draft.url}
      onChange={(event) => set({ url: event.target.value })}
    />
  );
}

import { tokenRight, type TokenRight } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { api, client } from "../../app/api.ts";
import { Button } from "../../components/button.tsx";
import { Checkbox, Select } from "../../components/choice.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { TextField } from "../../components/field.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { useAttempt } from "../../components/use-attempt.ts";
import { RIGHTS } from "./texts.ts";
import { TokenOnceDialog } from "./token-once-dialog.tsx";

/** What a token for one profile can do: the other rights are about all of them. */
const ONLY_USE: ReadonlySet<TokenRight> = new Set(["use"]);

/** Stands for every profile; no slug can begin with it. */
const EVERY = "*";

interface CreateTokenDialogProps {
  /** Slug of the profile that it begins with. */
  profile?: string;
  onClose: () => void;
}

/** Makes a token and shows it once. It is held here alone and dropped when the dialog closes. */
export function CreateTokenDialog({ profile = EVERY, onClose }: CreateTokenDialogProps) {
  const { data: profiles = [] } = useQuery(api.profiles.list.queryOptions());
  const [name, setName] = useState("");
  const [validFor, setValidFor] = useState(profile);
  const [rights, setRights] = useState<ReadonlySet<TokenRight>>(new Set(["use"]));
  const { isBusy, error, attempt } = useAttempt();
  const [created, setCreated] = useState<{ name: string; token: string } | null>(null);
  const form = useId();
  const isForAll = validFor === EVERY;
  const wanted: ReadonlySet<TokenRight> = isForAll ? rights : ONLY_USE;
  const ready = name.trim() !== "" && wanted.size > 0 && !isBusy;

  const create = async (): Promise<void> => {
    const { token } = await client.tokens.create({
      name,
      profile: isForAll ? null : validFor,
      rights: tokenRight.options.filter((right) => wanted.has(right)),
    });
    setCreated({ name: name.trim(), token });
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (ready) void attempt(create);
  };
  const toggle = (right: TokenRight, wanted: boolean): void => {
    const next = new Set(rights);
    if (wanted) next.add(right);
    else next.delete(right);
    setRights(next);
  };

  if (created) return <TokenOnceDialog {...created} onClose={onClose} />;
  return (
    <Dialog
      open
      onClose={onClose}
      title="Create access token"
      startsIn="field"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form={form} disabled={!ready}>
            Create token
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="space-y-4">
        <TextField
          label="Name"
          hint="Who will use it, for example “Cursor”."
          value={name}
          maxLength={200}
          onChange={(event) => setName(event.target.value)}
        />
        <Select
          label="Valid for"
          value={validFor}
          options={[
            { value: EVERY, label: "All profiles" },
            ...profiles.map(({ slug, name: title }) => ({ value: slug, label: title, note: slug })),
          ]}
          onChange={setValidFor}
        />
        <fieldset className="space-y-2">
          <legend className="font-medium">Rights</legend>
          {isForAll ? (
            tokenRight.options.map((right) => (
              <div key={right}>
                <Checkbox
                  label={RIGHTS[right].name}
                  checked={rights.has(right)}
                  onChange={(isWanted) => toggle(right, isWanted)}
                />
                <p className="pl-7 text-meta text-text-2">{RIGHTS[right].sentence}</p>
              </div>
            ))
          ) : (
            <p className="text-text-2">
              A token for one profile can use that profile, and no more.
            </p>
          )}
          {wanted.size === 0 ? (
            <p role="alert" className="text-meta text-err">
              A token needs at least one right.
            </p>
          ) : null}
        </fieldset>
        {error === null ? null : <ProblemView what="No token was created." error={error} />}
      </form>
    </Dialog>
  );
}

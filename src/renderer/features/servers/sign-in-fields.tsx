import {
  SIGN_IN_KIND_WORDS,
  type SignInConfigView,
  signInKind,
  type SignInKind,
} from "@local-mcp/contract";
import { Button } from "../../components/button.tsx";
import { Select } from "../../components/choice.tsx";
import { TextField } from "../../components/field.tsx";
import { isOwnSignIn, type SignInDraft } from "./edit-sign-in.ts";
import type { Problems } from "./edit.ts";
import { StoredSecret } from "../../components/stored-secret.tsx";
import { ValueRows } from "../../components/value-rows.tsx";

const NOTES: Record<SignInKind, string> = {
  person:
    "Most servers say themselves where to sign in, and let the gateway register itself. Nothing else has to be filled in then.",
  client_credentials: "The gateway signs in by itself, as a client that was registered for it.",
  off: "The server is used without a sign-in, or with a header alone.",
};

const idOf = (field: string): string => `field-signIn:${field}`;

interface SignInFieldsProps {
  stored: SignInConfigView;
  draft: SignInDraft;
  problems: Problems;
  onChange: (draft: SignInDraft) => void;
}

/** Who signs in at a remote server; folded, how, where it differs from what the server says. */
export function SignInFields({ stored, draft, problems, onChange }: SignInFieldsProps) {
  const { kind } = draft;
  return (
    <fieldset className="space-y-2">
      <legend className="font-medium">Sign-in</legend>
      <Select
        id={idOf("kind")}
        label="Who signs in"
        describedBy={idOf("kind-note")}
        value={kind}
        options={signInKind.options.map((value) => ({ value, label: SIGN_IN_KIND_WORDS[value] }))}
        onChange={(next) => onChange({ ...draft, kind: next })}
      />
      <p id={idOf("kind-note")} className="text-meta text-text-2">
        {NOTES[kind]}
      </p>
      {kind === "off" ? null : (
        // A client that signs in by itself has to be described.
        <details open={isOwnSignIn(stored) || kind === "client_credentials"}>
          <summary className="w-fit py-0.5 font-medium">Advanced</summary>
          <div className="space-y-4 pt-2">
            <Advanced stored={stored} draft={draft} problems={problems} onChange={onChange} />
          </div>
        </details>
      )}
    </fieldset>
  );
}

function Advanced({ stored, draft, problems, onChange }: SignInFieldsProps) {
  const set = (part: Partial<SignInDraft>): void => onChange({ ...draft, ...part });
  const text = (key: "clientId" | "clientMetadataUrl" | "issuer" | "scopes" | "redirectPort") => ({
    id: idOf(key),
    mono: true,
    error: problems[`signIn:${key}`],
    value: draft[key],
    onChange: (event: { target: { value: string } }) => set({ [key]: event.target.value }),
  });
  const isPerson = draft.kind === "person";
  const secrets = { stored, draft, problems, set };
  return (
    <>
      <TextField
        {...text("clientId")}
        label="Client id"
        hint={
          isPerson
            ? "Of an application that you registered there. Empty lets the gateway register itself."
            : "Of the application that you registered there."
        }
      />
      <SecretField {...secrets} field="clientSecret" label="Client secret" />
      <SecretField
        {...secrets}
        field="privateKey"
        label="Private key"
        hint="In PEM (PKCS #8), where signed assertions take the place of a client secret."
        multiline
      />
      {isPerson ? (
        <TextField
          {...text("clientMetadataUrl")}
          label="Client metadata URL"
          hint="A page that describes the client; where the authorization server reads such, its address is the client id."
          inputMode="url"
        />
      ) : null}
      <TextField
        {...text("issuer")}
        label="Authorization server"
        hint="Its issuer URL, where the server does not name one."
        inputMode="url"
      />
      <TextField
        {...text("scopes")}
        label="Scopes"
        hint="With spaces between them, in place of those that the server asks for."
      />
      <ValueRows
        list="signIn:parameters"
        title="Extra parameters"
        one="parameter"
        hint="Sent along with the sign-in, and shown. ${secret:name} stands for a secret."
        plainWord={null}
        rows={draft.parameters}
        problems={problems}
        onChange={(parameters) => set({ parameters })}
      />
      {isPerson ? (
        <TextField
          {...text("redirectPort")}
          label="Redirect port"
          hint="Of http://127.0.0.1/callback, where the registration names one. Empty takes any that is free."
          inputMode="numeric"
        />
      ) : null}
    </>
  );
}

interface SecretFieldProps {
  stored: SignInConfigView;
  draft: SignInDraft;
  problems: Problems;
  set: (part: Partial<SignInDraft>) => void;
  field: "clientSecret" | "privateKey";
  label: string;
  hint?: string;
  multiline?: boolean;
}

/** A secret of the client: it goes in, can be replaced and removed, and is never shown. */
function SecretField({
  stored,
  draft,
  problems,
  set,
  field,
  label,
  hint,
  multiline,
}: SecretFieldProps) {
  const value = draft[field];
  return (
    <div role="group" aria-labelledby={idOf(`${field}-label`)} className="space-y-1">
      <p id={idOf(`${field}-label`)} className="font-medium">
        {label}
      </p>
      {hint ? <p className="text-meta text-text-2">{hint}</p> : null}
      {value === null ? (
        <div className="flex min-h-8 items-center gap-2">
          <span className="flex-1 text-text-2">Removed on save</span>
          <Button size="toolbar" onClick={() => set({ [field]: undefined })}>
            Keep {label.toLowerCase()}
          </Button>
        </div>
      ) : (
        <StoredSecret
          id={idOf(field)}
          name={label.toLowerCase()}
          stored={stored[field]}
          value={value ?? null}
          error={problems[`signIn:${field}`]}
          multiline={multiline}
          // Emptied where nothing is stored, it is as it was.
          onChange={(next) =>
            set({ [field]: next === null || (next === "" && !stored[field]) ? undefined : next })
          }
          onRemove={() => set({ [field]: null })}
        />
      )}
    </div>
  );
}

import type { OpenApiOperation, OpenApiView } from "@local-mcp/contract";
import { useState } from "react";
import { Checkbox, Select } from "../../components/choice.tsx";
import { TextField } from "../../components/field.tsx";
import { FilterField } from "../../components/filter-field.tsx";
import { TagsField } from "../../components/tags-field.tsx";
import { count } from "../../components/time.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { ProfileChoice } from "../local/profile-choice.tsx";
import { PrivateNetwork } from "./answer-fields.tsx";
import {
  type ChoiceProblems,
  nameOf,
  type OpenApiChoice,
  type OpenApiSignIn,
  shownOperations,
} from "./openapi-choice.ts";

/** More rows than this are not drawn; the filter finds the others. */
const SHOWN = 200;

interface OpenApiFieldsProps {
  view: OpenApiView;
  choice: OpenApiChoice;
  problems: ChoiceProblems;
  set: (part: Partial<OpenApiChoice>) => void;
}

/** Which operations become tools, and what all of these tools have. */
export function OpenApiFields({ view, choice, problems, set }: OpenApiFieldsProps) {
  return (
    <div className="space-y-4">
      <Operations {...{ view, choice, problems, set }} />
      <TextField
        id="openapi-baseUrl"
        label="Base URL"
        hint={
          view.servers.length > 1 ? `The document also names ${others(view.servers)}.` : undefined
        }
        mono
        inputMode="url"
        error={problems.baseUrl}
        value={choice.baseUrl}
        onChange={(event) => set({ baseUrl: event.target.value })}
      />
      <PrivateNetwork
        id="openapi-allowPrivateNetwork"
        checked={choice.allowPrivateNetwork}
        error={problems.allowPrivateNetwork}
        onChange={(allowPrivateNetwork) => set({ allowPrivateNetwork })}
      />
      <SignIn {...{ view, choice, problems, set }} />
      <TagsField tags={choice.tags} error={problems.tags} onChange={(tags) => set({ tags })} />
      <ProfileChoice
        chosen={choice.profiles}
        hint="Clients of these profiles see them."
        onChange={(slug, wanted) =>
          set({
            profiles: [...choice.profiles.filter((one) => one !== slug), ...(wanted ? [slug] : [])],
          })
        }
      />
    </div>
  );
}

const others = (servers: readonly string[]): string => servers.slice(1).join(", ");

function Operations({ view, choice, problems, set }: OpenApiFieldsProps) {
  const [filter, setFilter] = useState("");
  const found = shownOperations(view.operations, filter);
  const usable = found.filter(({ problem }) => problem === null);
  const chosen = usable.filter(({ key }) => choice.chosen.has(key)).length;
  const choose = (operations: readonly OpenApiOperation[], wanted: boolean): void => {
    const next = new Set(choice.chosen);
    for (const { key } of operations) {
      if (wanted) next.add(key);
      else next.delete(key);
    }
    set({ chosen: next });
  };
  return (
    <fieldset className="space-y-2">
      <legend className="font-medium">
        {count(view.operations.length, "operation")} of <UntrustedText text={view.title} />
      </legend>
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Checkbox
          label={filter === "" ? "All that can become tools" : `All that match “${filter}”`}
          checked={usable.length > 0 && chosen === usable.length}
          mixed={chosen > 0 && chosen < usable.length}
          disabled={usable.length === 0}
          onChange={(wanted) => choose(usable, wanted)}
        />
        <FilterField label="Filter operations" value={filter} onChange={setFilter} />
      </div>
      {problems.operations ? (
        <p role="alert" className="text-meta text-err">
          {problems.operations}
        </p>
      ) : null}
      {found.length === 0 ? (
        <p className="text-text-2">No operation matches “{filter}”.</p>
      ) : (
        <ul
          aria-label="Operations"
          className="max-h-72 divide-y divide-border overflow-y-auto rounded-panel border border-border bg-surface"
        >
          {found.slice(0, SHOWN).map((operation) => (
            <li key={operation.key} className="px-2 py-1.5">
              <Operation
                operation={operation}
                name={nameOf(operation, choice)}
                chosen={choice.chosen.has(operation.key)}
                error={problems[`operations:${operation.key}`]}
                onChoose={(wanted) => choose([operation], wanted)}
                onName={(name) => set({ names: { ...choice.names, [operation.key]: name } })}
              />
            </li>
          ))}
        </ul>
      )}
      {found.length > SHOWN ? (
        <p className="text-meta text-text-2">
          {(found.length - SHOWN).toLocaleString()} more; the filter finds them.
        </p>
      ) : null}
    </fieldset>
  );
}

interface OperationProps {
  operation: OpenApiOperation;
  name: string;
  chosen: boolean;
  error: string | undefined;
  onChoose: (wanted: boolean) => void;
  onName: (name: string) => void;
}

function Operation({ operation, name, chosen, error, onChoose, onName }: OperationProps) {
  const { key, method, path, summary, problem, losses } = operation;
  return (
    <div className="flex flex-wrap items-start gap-x-3 gap-y-1">
      <Checkbox
        label={key}
        hideLabel
        checked={chosen}
        disabled={problem !== null}
        onChange={onChoose}
      />
      <div className="min-w-52 flex-1 space-y-0.5 py-0.5">
        <p className="break-words">
          <code>
            {method} <UntrustedText text={path} />
          </code>
        </p>
        {summary ? (
          <p className="text-meta text-text-2">
            <UntrustedText text={summary} />
          </p>
        ) : null}
        {problem === null ? null : (
          <p className="text-meta text-warn">
            <UntrustedText text={problem} />
          </p>
        )}
        {losses.map((loss) => (
          <p key={loss} className="text-meta text-text-2">
            <UntrustedText text={loss} />
          </p>
        ))}
      </div>
      {chosen ? (
        <div className="w-60">
          <TextField
            id={`openapi-operations:${key}`}
            label={`Name of the tool of ${key}`}
            hideLabel
            mono
            error={error}
            value={name}
            onChange={(event) => onName(event.target.value)}
          />
        </div>
      ) : null}
    </div>
  );
}

const WORDS: Record<OpenApiSignIn["type"], string> = {
  none: "None",
  bearer: "Bearer token",
  basic: "User name and password",
  header: "Header",
  query: "Query value",
};

function SignIn({ view, choice: { signIn }, problems, set }: OpenApiFieldsProps) {
  const change = (part: Partial<OpenApiSignIn>): void => set({ signIn: { ...signIn, ...part } });
  const keys = view.auth.flatMap(({ type, parameter }) =>
    (type === "header" || type === "query") && parameter !== null
      ? [{ value: `${type} ${parameter}`, label: `${WORDS[type]} ${parameter}`, type, parameter }]
      : [],
  );
  const options = [
    ...(["none", "bearer", "basic"] as const).map((type) => ({
      value: `${type} `,
      label: WORDS[type],
      type,
      parameter: "",
    })),
    ...keys,
  ];
  const notes = view.auth.filter(({ description }) => description !== "");
  return (
    <div className="space-y-3">
      <Select
        label="Sign-in of all these tools"
        value={`${signIn.type} ${signIn.parameter}`}
        options={options}
        onChange={(wanted) => {
          const option = options.find(({ value }) => value === wanted);
          if (option) change({ type: option.type, parameter: option.parameter, secret: "" });
        }}
      />
      {notes.map(({ name, description }) => (
        <p key={name} className="text-meta text-text-2">
          <UntrustedText text={`${name}: ${description}`} />
        </p>
      ))}
      {signIn.type === "basic" ? (
        <TextField
          label="User name"
          value={signIn.username}
          onChange={(event) => change({ username: event.target.value })}
        />
      ) : null}
      {signIn.type === "none" ? null : (
        <TextField
          id="openapi-auth"
          type="password"
          label={
            { bearer: "Token", basic: "Password", header: "Value", query: "Value" }[signIn.type]
          }
          hint="Kept in the vault, and never shown again."
          error={problems.auth}
          value={signIn.secret}
          onChange={(event) => change({ secret: event.target.value })}
        />
      )}
    </div>
  );
}

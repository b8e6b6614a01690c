import { httpMethod } from "@local-mcp/contract";
import type { ToolView } from "@local-mcp/contract";
import { Select } from "../../components/choice.tsx";
import { TextField } from "../../components/field.tsx";
import { StoredSecret } from "../../components/stored-secret.tsx";
import { Tabs } from "../../components/tabs.tsx";
import { ValueRows } from "../../components/value-rows.tsx";
import { withUrlArguments } from "./argument-row.ts";
import type { AuthDraft, AuthType, ToolDraft, ToolEdits, ToolProblems } from "./tool-draft.ts";

export interface ToolFieldsProps {
  /** Null while it is not stored yet. */
  tool: ToolView | null;
  draft: ToolDraft;
  problems: ToolProblems;
  set: (edits: ToolEdits) => void;
}

interface RequestFieldsProps extends ToolFieldsProps {
  tab: RequestTab;
  onTab: (tab: RequestTab) => void;
}

const TABS = ["query", "headers", "body", "auth"] as const;
export type RequestTab = (typeof TABS)[number];

/** The tab that a field is in; null for a field that is in none. */
export const requestTabOf = (field: string): RequestTab | null =>
  TABS.find((tab) => field === tab || field.startsWith(`${tab}:`)) ?? null;

/** What is asked: method and URL, and what goes with them. */
export function RequestFields(props: RequestFieldsProps) {
  const { draft, problems, set, tab, onTab } = props;
  const kept = (rows: ToolDraft["query"]): number | undefined =>
    rows.filter(({ removed }) => !removed).length || undefined;
  return (
    <section aria-labelledby="tool-request" className="space-y-3">
      <h3 id="tool-request" className="text-field font-semibold">
        Request
      </h3>
      <div className="flex items-start gap-2">
        <Select
          id="field-method"
          label="Method"
          className="w-28 shrink-0"
          value={draft.method}
          options={httpMethod.options.map((value) => ({ value, label: value }))}
          onChange={(method) => set({ method })}
        />
        <div className="min-w-0 flex-1">
          <TextField
            id="field-url"
            label="URL"
            mono
            inputMode="url"
            placeholder="https://api.example.com/cities/{city}"
            error={problems.url}
            value={draft.url}
            onChange={(event) => set({ url: event.target.value })}
          />
        </div>
      </div>
      <p className="text-meta text-text-2">
        {"{city}"} in it is an argument. What stands behind ? is kept in the vault.
      </p>
      <div className="-mx-4">
        <Tabs
          label="Parts of the request"
          current={tab}
          onChange={(id) => onTab(TABS.find((one) => one === id) ?? "query")}
          items={[
            {
              id: "query",
              label: "Query",
              count: kept(draft.query),
              content: (
                <ValueRows
                  list="query"
                  title="Query values that are always sent"
                  one="query value"
                  plainWord="Not secret"
                  hint="Kept in the vault, unless they are not secret. Arguments are below."
                  rows={draft.query}
                  problems={problems}
                  onChange={(query) => set({ query })}
                />
              ),
            },
            {
              id: "headers",
              label: "Headers",
              count: kept(draft.headers),
              content: (
                <ValueRows
                  list="headers"
                  title="Headers that are always sent"
                  one="header"
                  plainWord="Not secret"
                  hint="Kept in the vault, unless they are not secret. An API key goes here."
                  rows={draft.headers}
                  problems={problems}
                  onChange={(headers) => set({ headers })}
                />
              ),
            },
            { id: "body", label: "Body", content: <BodyFields {...props} /> },
            { id: "auth", label: "Sign-in", content: <SignInFields {...props} /> },
          ]}
        />
      </div>
    </section>
  );
}

const BODY_TYPES: { value: ToolDraft["bodyType"]; label: string }[] = [
  { value: "json", label: "JSON" },
  { value: "form", label: "Form (URL-encoded)" },
  { value: "text", label: "Text" },
];
const ALL = "";

function BodyFields({ draft, problems, set }: ToolFieldsProps) {
  const names = withUrlArguments(draft.arguments, draft.url).rows.map(({ name }) => name);
  const known = draft.bodyWhole === ALL || names.includes(draft.bodyWhole);
  return (
    <div className="space-y-3">
      {draft.method === "GET" || draft.method === "DELETE" ? (
        <p className="text-text-2">
          {draft.method} sends a body only with arguments that are put there below.
        </p>
      ) : null}
      <Select
        id="field-body:type"
        label="Sent as"
        value={draft.bodyType}
        options={BODY_TYPES}
        onChange={(bodyType) => set({ bodyType })}
      />
      <Select
        id="field-body:whole"
        label="What it is"
        value={draft.bodyWhole}
        options={[
          { value: ALL, label: "All arguments that go there, as one object" },
          ...[...names, ...(known ? [] : [draft.bodyWhole])]
            .filter((name) => name !== "")
            .map((name) => ({ value: name, label: `The argument ${name} alone` })),
        ]}
        onChange={(bodyWhole) => set({ bodyWhole })}
      />
      {(problems["body:whole"] ?? problems["body:type"]) ? (
        <p role="alert" className="text-meta text-err">
          {problems["body:whole"] ?? problems["body:type"]}
        </p>
      ) : null}
    </div>
  );
}

const AUTH_TYPES: { value: AuthType; label: string }[] = [
  { value: "none", label: "None" },
  { value: "bearer", label: "Bearer token" },
  { value: "basic", label: "User name and password" },
];

/** How a tool shows who it is. */
function SignInFields({ tool, draft: { auth }, problems, set }: ToolFieldsProps) {
  const stored = tool?.auth ?? { type: "none" };
  const change = (part: Partial<AuthDraft>): void => set({ auth: { ...auth, ...part } });
  return (
    <div className="space-y-3">
      <Select
        id="field-auth"
        label="Sign-in"
        value={auth.type}
        options={AUTH_TYPES}
        onChange={(type) => change({ type })}
      />
      {auth.type === "none" ? (
        <p className="text-meta text-text-2">
          An API key in a header or in the query goes there: add it under Headers or Query.
        </p>
      ) : null}
      {auth.type === "bearer" ? (
        <SecretOf
          label="Token"
          id="field-auth:token"
          stored={stored.type === "bearer" ? stored.token : null}
          value={auth.token}
          error={problems["auth:token"]}
          onChange={(token) => change({ token })}
          onRemove={() => change({ type: "none", token: null })}
        />
      ) : null}
      {auth.type === "basic" ? (
        <>
          <TextField
            id="field-auth:username"
            label="User name"
            error={problems["auth:username"]}
            value={auth.username}
            onChange={(event) => change({ username: event.target.value })}
          />
          <SecretOf
            label="Password"
            id="field-auth:password"
            stored={stored.type === "basic" ? stored.password : null}
            value={auth.password}
            error={problems["auth:password"]}
            onChange={(password) => change({ password })}
            onRemove={() => change({ type: "none", password: null })}
          />
        </>
      ) : null}
    </div>
  );
}

type SecretOfProps = Omit<Parameters<typeof StoredSecret>[0], "name"> & { label: string };

function SecretOf({ label, ...secret }: SecretOfProps) {
  return (
    <div role="group" aria-label={label} className="space-y-1">
      <p className="font-medium">{label}</p>
      <StoredSecret {...secret} name={label} />
    </div>
  );
}

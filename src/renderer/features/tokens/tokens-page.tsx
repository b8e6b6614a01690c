import type { TokenView } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useRef, useState } from "react";
import { api } from "../../app/api.ts";
import { routeTo } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { Page, Panel } from "../../components/page.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { type Column, TableHead } from "../../components/table-head.tsx";
import { ago, clockTime } from "../../components/time.ts";
import { pageHeading } from "../profiles/focus.ts";
import { rowBeside, rowKeys } from "../profiles/row-keys.ts";
import { CreateTokenDialog } from "./create-token-dialog.tsx";
import { RevokeTokenDialog } from "./revoke-token-dialog.tsx";
import { rightsLine } from "./texts.ts";

/** What clients and programs present to be let in. */
export function TokensPage() {
  const { data: tokens, error, refetch } = useQuery(api.tokens.list.queryOptions());
  const [creating, setCreating] = useState(false);
  const create = (
    <Button kind="primary" onClick={() => setCreating(true)}>
      Create token…
    </Button>
  );
  return (
    <Page title="Access tokens" actions={tokens && tokens.length > 0 ? create : null}>
      {error ? (
        <ProblemView
          what="The access tokens could not be read."
          error={error}
          onRetry={() => void refetch()}
        />
      ) : null}
      {tokens === undefined ? (
        error ? null : (
          <SkeletonRows label="Reading the access tokens" />
        )
      ) : tokens.length === 0 ? (
        <EmptyState icon={KeyRound} actions={create}>
          Each client gets its own token, so you can revoke one.
        </EmptyState>
      ) : (
        <TokenTable tokens={tokens} />
      )}
      {creating ? <CreateTokenDialog onClose={() => setCreating(false)} /> : null}
    </Page>
  );
}

const COLUMNS: Column[] = [
  { title: "Name", look: "w-full" },
  { title: "Profile" },
  { title: "Rights" },
  { title: "Last used" },
  { title: "Created", look: "max-rail:hidden" },
];

function TokenTable({ tokens }: { tokens: readonly TokenView[] }) {
  const { data: profiles } = useQuery(api.profiles.list.queryOptions());
  const [asked, setAsked] = useState<{ token: TokenView; index: number } | null>(null);
  const list = useRef<HTMLTableSectionElement>(null);
  const beside = useRef<HTMLElement | null>(null);
  const ask = (index: number): void => {
    const token = tokens[index];
    if (token) setAsked({ token, index });
  };
  const nameOf = (slug: string): string =>
    profiles?.find((profile) => profile.slug === slug)?.name ?? slug;
  return (
    <>
      <Panel className="overflow-x-auto">
        <table className="w-full text-left">
          <TableHead columns={COLUMNS} />
          {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys of the buttons in it */}
          <tbody ref={list} className="divide-y divide-border" onKeyDown={rowKeys(ask)}>
            {tokens.map((token, index) => (
              <tr key={token.id} data-row={token.name} className="h-13 hover:bg-sunken">
                <th scope="row" className="max-w-0 min-w-36 px-3 font-normal">
                  <div className="truncate font-medium">{token.name}</div>
                  <div className="font-mono text-meta text-text-2">{token.hint}</div>
                </th>
                <td className="max-w-40 truncate px-3">
                  {token.profile === null ? (
                    "All profiles"
                  ) : (
                    <a href={`#${routeTo("profiles", [token.profile, "access"])}`}>
                      {nameOf(token.profile)}
                    </a>
                  )}
                </td>
                <td className="px-3 whitespace-nowrap text-text-2">{rightsLine(token.rights)}</td>
                <td className="px-3 whitespace-nowrap text-text-2">
                  {token.lastUsedAt === null ? "never" : ago(token.lastUsedAt)}
                </td>
                <td className="px-3 whitespace-nowrap text-text-2 max-rail:hidden">
                  {clockTime(token.createdAt)}
                </td>
                <td className="pr-2 text-right">
                  <Button
                    data-row-main
                    kind="quiet"
                    size="toolbar"
                    aria-label={`Revoke ${token.name}…`}
                    onClick={() => ask(index)}
                  >
                    Revoke…
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Panel>
      {asked ? (
        <RevokeTokenDialog
          token={asked.token}
          onClose={() => setAsked(null)}
          onRevoking={() => {
            beside.current = rowBeside(list.current, asked.index);
          }}
          focusAfter={() => beside.current ?? pageHeading()}
        />
      ) : null}
    </>
  );
}

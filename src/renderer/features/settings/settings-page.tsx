import type { SettingKey, SettingView } from "@local-mcp/contract";
import { useQuery } from "@tanstack/react-query";
import { SlidersHorizontal } from "lucide-react";
import { type ComponentType, useState } from "react";
import { api } from "../../app/api.ts";
import { routeTo, useParam } from "../../app/router.ts";
import { Button } from "../../components/button.tsx";
import { Checkbox } from "../../components/choice.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { FilterField } from "../../components/filter-field.tsx";
import { Page, Panel, Section } from "../../components/page.tsx";
import { ProblemView } from "../../components/problem-view.tsx";
import { SkeletonRows } from "../../components/skeleton.tsx";
import { BackupPassphraseSection } from "../backups/passphrase-section.tsx";
import { AuditSection } from "../audit/audit-section.tsx";
import { LogsSection } from "../logs/logs-section.tsx";
import { AboutSection } from "./about-section.tsx";
import { RuntimesSection } from "./runtimes-section.tsx";
import { SettingEditor } from "./setting-editor.tsx";
import { matches, type SectionId, SECTIONS, SETTING_ROWS } from "./setting-table.ts";
import { isChanged } from "./setting-values.ts";
import { VaultSection } from "./vault-section.tsx";

/** Sections that are more than a list of settings. */
const OWN_CONTENT: Partial<Record<SectionId, ComponentType>> = {
  runtimes: RuntimesSection,
  logs: LogsSection,
  vault: VaultSection,
  backups: BackupPassphraseSection,
  audit: AuditSection,
  about: AboutSection,
};

/** Everything that can be set, a section at a time, or whatever matches the filter. */
export function SettingsPage() {
  const { data: views, error, refetch } = useQuery(api.settings.list.queryOptions());
  const [filter, setFilter] = useParam("q");
  const [changed, setChanged] = useParam("changed");
  const [sectionParam] = useParam("section");
  /** What was reset while only changes are shown stays where it is until that ends. */
  const [reset, setReset] = useState<readonly SettingKey[]>([]);
  const onlyChanged = changed !== "";
  const isFiltered = filter !== "" || onlyChanged;
  const current = SECTIONS.find(({ id }) => id === sectionParam)?.id ?? SECTIONS[0].id;

  const rowsOf = (section: SectionId, title: string) =>
    SETTING_ROWS.flatMap((row) => {
      const view = views?.find(({ key }) => key === row.key);
      const fits = matches(filter, title, row.label, row.about, row.key);
      const isShown = !onlyChanged || (view && isChanged(view)) || reset.includes(row.key);
      return view && row.section === section && fits && isShown ? [{ row, view }] : [];
    });
  const shown = SECTIONS.map(({ id, title, words }) => ({
    id,
    title,
    rows: rowsOf(id, title),
    content: onlyChanged || !matches(filter, title, words) ? undefined : OWN_CONTENT[id],
  })).filter(({ id, rows, content }) =>
    isFiltered ? rows.length > 0 || content !== undefined : id === current,
  );

  return (
    <Page
      title="Settings"
      scrolls="content"
      actions={
        <>
          <Checkbox
            label="Changed"
            checked={onlyChanged}
            onChange={(next) => {
              setReset([]);
              setChanged(next ? "1" : "");
            }}
          />
          <FilterField label="Filter settings" value={filter} onChange={setFilter} />
        </>
      }
    >
      <div className="flex min-h-0 flex-1 max-stack:block max-stack:overflow-y-auto">
        <SectionList current={isFiltered ? null : current} views={views ?? []} />
        <div className="min-h-0 flex-1 scroll-pt-14 overflow-y-auto p-4 max-stack:overflow-visible">
          <div className="max-w-[760px] space-y-6">
            {error ? (
              <ProblemView
                what="The settings could not be read."
                error={error}
                onRetry={() => void refetch()}
              />
            ) : null}
            {views || error ? null : <SkeletonRows rows={5} label="Reading the settings" />}
            {shown.map(({ id, title, rows, content: Content }) => (
              <div key={id} className="space-y-6">
                {Content ? <Content /> : null}
                {rows.length > 0 ? (
                  <Section title={Content ? "Options" : title}>
                    <Panel>
                      {rows.map(({ row, view }) => (
                        <SettingEditor
                          key={row.key}
                          row={row}
                          view={view}
                          onReset={() => setReset([...reset, row.key])}
                        />
                      ))}
                    </Panel>
                  </Section>
                ) : null}
              </div>
            ))}
            {views && shown.length === 0 ? (
              <NoMatch
                filter={filter}
                onClear={() => {
                  setFilter("");
                  setChanged("");
                }}
              />
            ) : null}
          </div>
        </div>
      </div>
    </Page>
  );
}

interface SectionListProps {
  current: SectionId | null;
  views: SettingView[];
}

function SectionList({ current, views }: SectionListProps) {
  const changesIn = (section: SectionId): number =>
    views.filter(
      (view) =>
        isChanged(view) &&
        SETTING_ROWS.some(({ key, section: own }) => key === view.key && own === section),
    ).length;
  return (
    <nav
      aria-label="Sections of the settings"
      className="flex w-44 shrink-0 flex-col gap-px overflow-y-auto border-r border-border p-2 max-stack:w-full max-stack:flex-row max-stack:flex-wrap max-stack:border-r-0 max-stack:border-b"
    >
      {SECTIONS.map(({ id, title }) => {
        const changes = changesIn(id);
        return (
          <a
            key={id}
            href={`#${routeTo("settings", [], { section: id })}`}
            aria-current={id === current ? "page" : undefined}
            className="flex h-7 items-center gap-2 rounded-control px-2 text-text no-underline hover:bg-sunken aria-[current=page]:bg-accent-soft aria-[current=page]:font-semibold"
          >
            <span className="flex-1">{title}</span>
            {changes > 0 ? (
              <span className="text-meta font-normal text-text-2">{changes} changed</span>
            ) : null}
          </a>
        );
      })}
    </nav>
  );
}

function NoMatch({ filter, onClear }: { filter: string; onClear: () => void }) {
  return (
    <EmptyState
      icon={SlidersHorizontal}
      actions={<Button onClick={onClear}>{filter === "" ? "Show all" : "Clear filter"}</Button>}
    >
      {filter === "" ? "Every setting has its default." : `No setting matches ‘${filter}’.`}
    </EmptyState>
  );
}

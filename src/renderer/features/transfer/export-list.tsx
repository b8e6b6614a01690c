import type { TransferKind } from "@local-mcp/contract";
import { SearchX } from "lucide-react";
import { useState } from "react";
import { announce } from "../../app/announce.ts";
import { Button } from "../../components/button.tsx";
import { Checkbox } from "../../components/choice.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { FilterField } from "../../components/filter-field.tsx";
import { RowList } from "../../components/row-list.tsx";
import { TagChips } from "../../components/tag-chips.tsx";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import {
  type Available,
  type ExportChoice,
  filterAvailable,
  isTicked,
  keyOf,
  tick,
} from "./export-choice.ts";
import { KIND_WORDS, KINDS } from "./transfer-words.ts";

interface ExportListProps {
  /** Those that can be ticked. */
  items: readonly Available[];
  /** What comes along because others need it. */
  added: readonly { kind: TransferKind; name: string; neededBy: string }[];
  choice: ExportChoice;
  onChoice: (choice: ExportChoice) => void;
}

/** Everything that can be exported, with a tick at what shall be. */
export function ExportList({ items, added, choice, onChoice }: ExportListProps) {
  const [filter, setFilter] = useState("");
  const [active, setActive] = useState<string | null>(null);
  const shown = filterAvailable(items, filter);
  const neededBy = new Map(added.map((one) => [keyOf(one), one.neededBy]));
  const toggle = (item: Available): void => {
    const on = !isTicked(item, choice);
    onChoice(tick(choice, [item], on));
    announce(`${item.name} ${on ? "is in the export" : "is left out"}.`);
  };
  return (
    <>
      <fieldset className="flex flex-wrap gap-x-2 border-b border-border px-2 py-1">
        <legend className="sr-only">Kinds</legend>
        {KINDS.map((kind) => (
          <KindTick
            key={kind}
            kind={kind}
            items={items.filter((item) => item.kind === kind)}
            choice={choice}
            onChoice={onChoice}
          />
        ))}
      </fieldset>
      <div className="border-b border-border p-2">
        <FilterField
          label="Filter what can be exported"
          placeholder="Filter, or tag:prod"
          value={filter}
          onChange={setFilter}
        />
      </div>
      {shown.length === 0 ? (
        filter === "" ? (
          <p className="p-3 text-text-2">Nothing has these tags and is on.</p>
        ) : (
          <EmptyState
            icon={SearchX}
            actions={<Button onClick={() => setFilter("")}>Clear filter</Button>}
          >
            Nothing matches “{filter}”.
          </EmptyState>
        )
      ) : (
        <RowList
          kind="grid"
          label="What can be exported"
          rowHeight={36}
          items={shown}
          keyOf={keyOf}
          textOf={({ name }) => name}
          active={active}
          onActive={(item) => setActive(keyOf(item))}
          onSpace={toggle}
        >
          {(item) => (
            <ExportRow
              item={item}
              ticked={isTicked(item, choice)}
              neededBy={neededBy.get(keyOf(item)) ?? null}
              onTick={() => toggle(item)}
            />
          )}
        </RowList>
      )}
    </>
  );
}

interface KindTickProps {
  kind: TransferKind;
  items: readonly Available[];
  choice: ExportChoice;
  onChoice: (choice: ExportChoice) => void;
}

/** All of a kind at once. Nothing where there is none. */
function KindTick({ kind, items, choice, onChoice }: KindTickProps) {
  if (items.length === 0) return null;
  const ticked = items.filter((item) => isTicked(item, choice)).length;
  const word = KIND_WORDS[kind].many;
  return (
    <Checkbox
      label={`${word.charAt(0).toUpperCase()}${word.slice(1)} ${ticked}/${items.length}`}
      checked={ticked === items.length}
      mixed={ticked > 0 && ticked < items.length}
      onChange={() => onChoice(tick(choice, items, ticked < items.length))}
    />
  );
}

interface ExportRowProps {
  item: Available;
  ticked: boolean;
  /** What it comes along with although it is not ticked. */
  neededBy: string | null;
  onTick: () => void;
}

function ExportRow({
  item: { kind, name, tags, enabled },
  ticked,
  neededBy,
  onTick,
}: ExportRowProps) {
  const word = KIND_WORDS[kind].one;
  return (
    <div role="presentation" className="flex h-full items-center gap-1 px-2">
      <span role="gridcell" className="flex">
        <Checkbox
          label={`${word} ${name}`}
          hideLabel
          tabIndex={-1}
          checked={ticked}
          onChange={onTick}
        />
      </span>
      <span role="gridcell" className="flex min-w-0 flex-1 items-center gap-2">
        <code className="min-w-0 truncate text-text" title={name}>
          <UntrustedText text={name} />
        </code>
        <TagChips tags={tags} />
      </span>
      <span role="gridcell" className="min-w-0 shrink-0 truncate text-meta text-text-2">
        {neededBy !== null && !ticked ? "comes along · " : null}
        {enabled ? null : "off · "}
        {word}
      </span>
    </div>
  );
}

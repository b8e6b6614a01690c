import { SearchX } from "lucide-react";
import { useState } from "react";
import { announce } from "../../app/announce.ts";
import { Button } from "../../components/button.tsx";
import { Checkbox } from "../../components/choice.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { FilterField } from "../../components/filter-field.tsx";
import { RowList } from "../../components/row-list.tsx";
import { SplitView } from "../../components/split-view.tsx";
import { ImportDetail } from "./import-detail.tsx";
import { ImportRowLine } from "./import-row-line.tsx";
import { filterRows, type ImportWishes, keyOf, type ShownRow } from "./import-view.ts";
import type { RowState } from "./transfer-words.ts";
import { setWishes } from "./use-import.ts";

const keyOfShown = ({ row }: ShownRow): string => keyOf(row);

interface ImportRowsProps {
  rows: readonly ShownRow[];
  wishes: ImportWishes;
  /** Of the rows that keep it from being imported. */
  obstacles: readonly RowState[];
}

/** Every entry of the file, with a tick at what shall be imported, and one of them beside. */
export function ImportRows({ rows, wishes, obstacles }: ImportRowsProps) {
  const [filter, setFilter] = useState("");
  const [onlyObstacles, setOnlyObstacles] = useState(false);
  const [active, setActive] = useState<string | null>(null);
  const inTheWay = rows.filter(({ state }) => obstacles.includes(state));
  const isNarrowed = onlyObstacles && inTheWay.length > 0;
  const shown = filterRows(isNarrowed ? inTheWay : rows, filter);
  const chosen = shown.find((one) => keyOfShown(one) === active) ?? shown[0];

  const tick = (ticked: readonly ShownRow[], on: boolean): void => {
    const left = new Set(wishes.left);
    for (const one of ticked) {
      if (on) left.delete(keyOfShown(one));
      else left.add(keyOfShown(one));
    }
    setWishes({ left });
  };
  const toggle = (one: ShownRow): void => {
    const on = wishes.left.has(keyOfShown(one));
    tick([one], on);
    announce(`${one.row.name} ${on ? "is imported" : "is left out"}.`);
  };
  const ticked = shown.filter((one) => !wishes.left.has(keyOfShown(one))).length;

  return (
    <SplitView
      name="import"
      chosen={chosen === undefined ? "" : keyOfShown(chosen)}
      list={
        <>
          <div className="flex flex-wrap items-center gap-2 border-b border-border p-2">
            <Checkbox
              label="All that are shown"
              hideLabel
              checked={ticked === shown.length && shown.length > 0}
              mixed={ticked > 0 && ticked < shown.length}
              onChange={() => tick(shown, ticked < shown.length)}
            />
            <FilterField
              label="Filter entries"
              placeholder="Filter, kind:server, is:new"
              value={filter}
              onChange={setFilter}
            />
            {inTheWay.length > 0 ? (
              <Checkbox
                label="Only what is in the way"
                checked={onlyObstacles}
                onChange={setOnlyObstacles}
              />
            ) : null}
          </div>
          {shown.length === 0 ? (
            <EmptyState
              icon={SearchX}
              actions={
                filter === "" ? null : <Button onClick={() => setFilter("")}>Clear filter</Button>
              }
            >
              {filter === "" ? "There is no entry in this file." : `No entry matches “${filter}”.`}
            </EmptyState>
          ) : (
            <RowList
              kind="grid"
              label="Entries of the file"
              rowHeight={52}
              items={shown}
              keyOf={keyOfShown}
              textOf={({ row }) => row.name}
              active={chosen === undefined ? null : keyOfShown(chosen)}
              opened={chosen === undefined ? null : keyOfShown(chosen)}
              onActive={(one) => setActive(keyOfShown(one))}
              onSpace={toggle}
            >
              {(one) => (
                <ImportRowLine
                  shown={one}
                  ticked={!wishes.left.has(keyOfShown(one))}
                  onTick={() => toggle(one)}
                />
              )}
            </RowList>
          )}
        </>
      }
      detail={chosen === undefined ? null : <ImportDetail shown={chosen} wishes={wishes} />}
    />
  );
}

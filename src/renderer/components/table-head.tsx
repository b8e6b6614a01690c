import { classNames } from "./class-names.ts";

export interface Column {
  title: string;
  /** Classes for its width and side. */
  look?: string;
}

/** Heads of a table whose rows end with what can be done to them. */
export function TableHead({ columns }: { columns: readonly Column[] }) {
  return (
    <thead className="bg-sunken text-meta text-text-2">
      <tr className="h-8">
        {columns.map(({ title, look }) => (
          <th
            key={title}
            scope="col"
            className={classNames("px-3 font-medium whitespace-nowrap", look)}
          >
            {title}
          </th>
        ))}
        <th scope="col" className="w-11">
          <span className="sr-only">Actions</span>
        </th>
      </tr>
    </thead>
  );
}

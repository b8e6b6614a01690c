import { type LogKeyName, logSuggestQuery, parseLogQuery } from "@local-mcp/contract";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { Search, X } from "lucide-react";
import { type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";
import { api } from "../../app/api.ts";
import { IconButton } from "../../components/button.tsx";
import { classNames } from "../../components/class-names.ts";
import { UntrustedText } from "../../components/untrusted-text.tsx";
import { useSettled } from "../../components/use-settled.ts";
import {
  type EditedFilter,
  joinFilter,
  keySuggestions,
  reopened,
  settled,
  splitFilter,
  type Suggestion,
  typedWord,
  valueSuggestions,
} from "./log-filter.ts";

/** Half a term is no mistake yet: what is wrong with it is said when typing rests, ms. */
const WRONG_MS = 800;
/** What is asked of the gateway while somebody types waits so long, ms. */
const TYPED_MS = 120;

interface LogFilterFieldProps {
  /** The filter that is applied. */
  value: string;
  onChange: (value: string) => void;
  /** Goes on to the rows. */
  onLeave: () => void;
}

/** Chips of what the rows have to be, and a place to type more; both are one text. */
export function LogFilterField({ value, onChange, onLeave }: LogFilterFieldProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const mirror = useRef<HTMLDivElement>(null);
  const [edited, setEdited] = useState<EditedFilter>(() => splitFilter(value, Date.now()));
  const [shown, setShown] = useState(value);
  const [isOpen, setOpen] = useState(false);
  const [highlighted, setHighlighted] = useState(-1);
  const [isTold, setTold] = useState(false);
  if (shown !== value) {
    // Somebody else set it: a link, Back, a button.
    setShown(value);
    if (joinFilter(edited) !== value) setEdited(splitFilter(value, Date.now()));
  }
  const { chips, draft } = edited;
  const suggestions = useSuggestions(draft, isOpen);
  const { problems } = parseLogQuery(draft, Date.now());
  const isResting = useSettled(draft, WRONG_MS) === draft;
  const problem = isTold || isResting ? problems[0] : undefined;

  const edit = (next: EditedFilter, open: boolean): void => {
    setEdited(next);
    setOpen(open);
    setHighlighted(-1);
    setTold(false);
  };
  /** Applies it as far as it can be understood; says what cannot. */
  const apply = (next: EditedFilter, open = false): void => {
    const done = settled(next, Date.now());
    edit(done, open);
    const text = joinFilter(done);
    if (parseLogQuery(text, Date.now()).problems.length > 0) {
      setTold(true);
      return;
    }
    if (text === value) return;
    setShown(text);
    onChange(text);
  };
  const type = (text: string): void => {
    const next = { chips, draft: text };
    const isBlank = text.endsWith(" ") && !draft.endsWith(" ") && isDone(text);
    if (isBlank || text === "") apply(next, text !== "");
    else edit(next, true);
  };
  const choose = ({ draft: text }: Suggestion): void => {
    if (text.endsWith(" ")) apply({ chips, draft: text });
    else edit({ chips, draft: text }, true);
    input.current?.focus();
  };
  const remove = (index: number): void => {
    apply({ chips: chips.filter((_, at) => at !== index), draft });
    input.current?.focus();
  };
  const step = (by: number): void => {
    if (!isOpen) setOpen(true);
    else if (suggestions.length > 0) {
      const { length } = suggestions;
      setHighlighted((at) => (at === -1 && by < 0 ? length - 1 : (at + by + length) % length));
    }
  };
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>): void => {
    const chosen = isOpen ? suggestions[highlighted] : undefined;
    if (event.key === "ArrowDown") step(1);
    else if (event.key === "ArrowUp") step(-1);
    else if (event.key === "Enter") {
      if (chosen) choose(chosen);
      else apply(edited);
    } else if (event.key === "Escape") {
      if (isOpen && suggestions.length > 0) setOpen(false);
      else if (draft !== "") apply({ chips, draft: "" });
      else onLeave();
      event.stopPropagation();
    } else if (event.key === "Backspace" && isAtStart(event.currentTarget) && chips.length > 0) {
      edit(reopened(edited), true);
    } else return;
    event.preventDefault();
  };
  const list = `${id}-list`;
  const isListed = isOpen && suggestions.length > 0;

  return (
    <div className="relative min-w-60 flex-1">
      <div className="flex min-h-7 flex-wrap items-center gap-1 rounded-control border border-border-strong bg-surface pr-7 pl-8 outline-offset-2 outline-focus has-[[aria-invalid]]:border-err has-[input:focus-visible]:outline-2">
        <Search
          aria-hidden
          size={16}
          strokeWidth={1.75}
          className="absolute top-1.5 left-2 text-text-3"
        />
        {chips.map((chip, index) => (
          <Chip
            // oxlint-disable-next-line react/no-array-index-key -- the same term may stand there twice
            key={`${index} ${chip}`}
            text={chip}
            onEdit={() => {
              const others = chips.filter((_, at) => at !== index);
              edit(reopened({ chips: [...others, chip], draft }), true);
              input.current?.focus();
            }}
            onRemove={() => remove(index)}
          />
        ))}
        <div className="relative flex h-6 min-w-40 flex-1 items-center">
          <div
            ref={mirror}
            aria-hidden
            className="absolute inset-0 flex items-center overflow-hidden whitespace-pre text-transparent"
          >
            {problem ? <Underlined text={draft} {...problem} /> : null}
          </div>
          <input
            ref={input}
            type="text"
            role="combobox"
            data-filter
            aria-label="Filter debug logs"
            aria-expanded={isListed}
            aria-controls={isListed ? list : undefined}
            aria-autocomplete="list"
            aria-activedescendant={
              isListed && highlighted >= 0 ? `${list}-${highlighted}` : undefined
            }
            aria-invalid={problem ? true : undefined}
            aria-describedby={problem ? `${id}-problem` : undefined}
            autoComplete="off"
            spellCheck={false}
            placeholder={
              chips.length === 0 ? 'Filter: status:error tool:create_* text:"disk full"' : ""
            }
            value={draft}
            onChange={(event) => type(event.target.value)}
            onKeyDown={onKeyDown}
            onScroll={({ currentTarget }) => {
              if (mirror.current) mirror.current.scrollLeft = currentTarget.scrollLeft;
            }}
            onBlur={() => apply(edited)}
            className="relative h-6 w-full min-w-0 bg-transparent outline-none"
          />
        </div>
        {chips.length === 0 && draft === "" ? null : (
          <IconButton
            icon={X}
            label="Clear filter"
            className="absolute top-0 right-0"
            onClick={() => {
              apply({ chips: [], draft: "" });
              input.current?.focus();
            }}
          />
        )}
      </div>
      {isListed ? (
        <Suggestions
          id={list}
          suggestions={suggestions}
          highlighted={highlighted}
          onChoose={choose}
        />
      ) : null}
      {problem ? (
        <p id={`${id}-problem`} role="alert" className="pt-1 text-meta text-err">
          {problem.message}
        </p>
      ) : null}
    </div>
  );
}

/** Not within quotes, where a blank is part of a value. */
const isDone = (text: string): boolean => typedWord(text).prefix === "";

const isAtStart = ({ selectionStart, selectionEnd }: HTMLInputElement): boolean =>
  selectionStart === 0 && selectionEnd === 0;

function useSuggestions(draft: string, isOpen: boolean): Suggestion[] {
  const { key, prefix } = typedWord(useSettled(draft, TYPED_MS));
  const asked = askedOf(key);
  const { data: known = [] } = useQuery({
    ...api.logs.suggest.queryOptions({ input: { key: asked ?? "tool", prefix } }),
    enabled: isOpen && asked !== null,
    placeholderData: keepPreviousData,
    staleTime: 0,
    gcTime: 0,
  });
  return typedWord(draft).key === null
    ? keySuggestions(draft)
    : valueSuggestions(draft, asked === null ? [] : known);
}

/** The key as one whose values the gateway knows. */
const askedOf = (key: LogKeyName | null) => logSuggestQuery.shape.key.safeParse(key).data ?? null;

interface ChipProps {
  text: string;
  onEdit: () => void;
  onRemove: () => void;
}

function Chip({ text, onEdit, onRemove }: ChipProps) {
  return (
    <span className="inline-flex h-6 max-w-full items-center rounded-chip border border-border-strong bg-sunken">
      <button
        type="button"
        aria-label={`Edit ${text}`}
        onClick={onEdit}
        className="h-6 min-w-6 truncate rounded-chip pl-1.5 -outline-offset-2"
      >
        <UntrustedText text={text} />
      </button>
      <button
        type="button"
        aria-label={`Remove ${text}`}
        onClick={onRemove}
        className="inline-flex size-6 shrink-0 items-center justify-center rounded-chip text-text-2 -outline-offset-2 hover:text-text"
      >
        <X aria-hidden size={12} strokeWidth={2} />
      </button>
    </span>
  );
}

interface UnderlinedProps {
  text: string;
  start: number;
  end: number;
}

/** Lies under what is typed, so that a line can be drawn under a part of it. */
function Underlined({ text, start, end }: UnderlinedProps): ReactNode {
  return (
    <span>
      {text.slice(0, start)}
      <span className="underline decoration-err decoration-wavy">{text.slice(start, end)}</span>
      {text.slice(end)}
    </span>
  );
}

interface SuggestionsProps {
  id: string;
  suggestions: readonly Suggestion[];
  highlighted: number;
  onChoose: (suggestion: Suggestion) => void;
}

function Suggestions({ id, suggestions, highlighted, onChoose }: SuggestionsProps) {
  return (
    <ul
      id={id}
      role="listbox"
      aria-label="What can be typed here"
      className="absolute top-full left-0 z-10 mt-1 max-h-72 w-full max-w-form overflow-y-auto rounded-panel border border-border bg-raised p-1 shadow-raised"
    >
      {suggestions.map((suggestion, index) => (
        // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the field hears the keys
        <li
          key={suggestion.text}
          ref={(element) => {
            if (index === highlighted) element?.scrollIntoView({ block: "nearest" });
          }}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === highlighted}
          // The field keeps the focus.
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onChoose(suggestion)}
          className={classNames(
            "flex min-h-7 items-center gap-4 rounded-chip px-2 py-1 hover:bg-accent-soft",
            index === highlighted && "bg-accent-soft",
          )}
        >
          <span className="font-mono text-log">
            <UntrustedText text={suggestion.text} />
          </span>
          <span className="min-w-0 flex-1 truncate text-right text-meta text-text-2">
            {suggestion.note}
          </span>
        </li>
      ))}
    </ul>
  );
}

import { type FormEvent, useId, useState } from "react";
import { Button } from "../../components/button.tsx";
import { Dialog } from "../../components/dialog.tsx";
import { TextField } from "../../components/field.tsx";

interface PositionDialogProps {
  /** What is moved. */
  title: string;
  /** Where it is, from 0. */
  position: number;
  size: number;
  onMove: (position: number) => void;
  onClose: () => void;
}

/** Moves one of many to a place that is named by its number. */
export function PositionDialog({ title, position, size, onMove, onClose }: PositionDialogProps) {
  const [typed, setTyped] = useState(String(position + 1));
  const form = useId();
  const wanted = Number(typed);
  const fits = Number.isInteger(wanted) && wanted >= 1 && wanted <= size;
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!fits) return;
    onMove(wanted - 1);
    onClose();
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={`Move ${title}`}
      startsIn="field"
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" form={form} disabled={!fits}>
            Move {title}
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit}>
        <TextField
          label={`Position, 1 to ${size}`}
          inputMode="numeric"
          value={typed}
          error={fits ? null : `Type a number from 1 to ${size}.`}
          onChange={(event) => setTyped(event.target.value)}
        />
      </form>
    </Dialog>
  );
}

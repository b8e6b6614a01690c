/** Has the browser store a text or bytes under a name, where it stores what is downloaded. */
export function download(name: string, content: BlobPart, type: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  // Once the browser has begun to read it.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A file that a person chooses; null where they choose none. */
export function chooseFile(accept: string): Promise<File | null> {
  const field = document.createElement("input");
  field.type = "file";
  field.accept = accept;
  // oxlint-disable-next-line promise/avoid-new -- events that have no promise
  return new Promise((resolve) => {
    field.addEventListener("change", () => resolve(field.files?.item(0) ?? null));
    field.addEventListener("cancel", () => resolve(null));
    field.click();
  });
}

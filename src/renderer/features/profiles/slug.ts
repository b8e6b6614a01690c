import { profileSlug, slugify } from "@local-mcp/contract";

/** What is wrong with a slug that is wanted; null where nothing is. */
export function slugProblem(slug: string, taken: readonly string[]): string | null {
  const form = profileSlug.safeParse(slug);
  if (!form.success) return form.error.issues[0]?.message ?? null;
  return taken.includes(slug) ? `There is a profile “${slug}” already. Choose another slug.` : null;
}

/** A slug for a name which is free and allowed; "" where nothing of the name can be kept. */
export function slugFor(name: string, taken: readonly string[]): string {
  const base = slugify(name);
  if (base === "" || slugProblem(base, taken) === null) return base;
  for (let n = 2; ; n += 1) {
    const end = `-${n}`;
    const slug = base.slice(0, 50 - end.length) + end;
    if (slugProblem(slug, taken) === null) return slug;
  }
}

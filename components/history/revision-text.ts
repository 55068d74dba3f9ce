/** Revisions in words. Pure. */
import { plural } from '@/components/format/numbers'
import type { Revision } from '@/lib/dashboard-api/history'

const ACTIONS: Readonly<Record<Revision['action'], string>> = {
  found: 'First seen',
  created: 'Created',
  changed: 'Changed',
  deleted: 'Deleted',
}

/** `Changed by kubectl-edit`; the API server does not say who deleted an object. */
export function whatHappened({ action, manager }: Revision): string {
  return manager === '' || action === 'found' ? ACTIONS[action] : `${ACTIONS[action]} by ${manager}`
}

/** What differs from the revision before, a line each; empty when there is nothing to compare with. */
export function changeLines({ changes, changesMore, unseen }: Revision): readonly string[] {
  return [
    ...changes,
    ...(changesMore === 0 ? [] : [`and ${plural(changesMore, 'more difference')}`]),
    ...(unseen === 0
      ? []
      : [`${plural(unseen, 'change')} in between happened while Mirrorboard was not running`]),
  ]
}

/** The revisions to compare: as the URL asks, else the newest with the one before it. */
export function chosenRevisions(
  revisions: readonly Revision[],
  asked: { readonly revision: string; readonly against: string },
): { readonly shown: Revision | null; readonly against: Revision | null } {
  const byId = (text: string) => revisions.find(({ id }) => String(id) === text)
  const shown = byId(asked.revision) ?? revisions[0] ?? null
  const before = shown === null ? undefined : revisions.find(({ id }) => id < shown.id)
  return { shown, against: byId(asked.against) ?? before ?? null }
}

/** Server-side-apply conflicts in words. Pure. */
import { plural } from '@/components/format/numbers'
import type { FieldConflict, ManifestResult } from '@/lib/dashboard-api/manifests'

/** Every conflict of a set of results, grouped by manager. */
export function conflictsByManager(results: readonly ManifestResult[]): readonly FieldConflict[] {
  const byManager = new Map<string, FieldConflict>()
  for (const { conflicts } of results) {
    for (const conflict of conflicts) {
      const known = byManager.get(conflict.manager)
      byManager.set(
        conflict.manager,
        known === undefined
          ? conflict
          : {
              manager: conflict.manager,
              fields: [...known.fields, ...conflict.fields],
              sameValues: known.sameValues && conflict.sameValues,
            },
      )
    }
  }
  return [...byManager.values()]
}

/** True when taking over changes owners only, and no value. */
export function isOnlyOwnership(conflicts: readonly FieldConflict[]): boolean {
  return conflicts.length > 0 && conflicts.every(({ sameValues }) => sameValues)
}

function listManagers(conflicts: readonly FieldConflict[]): string {
  return new Intl.ListFormat('en').format(conflicts.map(({ manager }) => manager))
}

/** One sentence that says what taking over, or forcing, does. */
export function explainConflicts(conflicts: readonly FieldConflict[]): string {
  const count = conflicts.reduce((sum, conflict) => sum + conflict.fields.length, 0)
  const fields = plural(count, 'field')
  const them = count === 1 ? 'it' : 'them'
  const managers = listManagers(conflicts)
  const manage = conflicts.length === 1 ? 'manages' : 'manage'
  if (isOnlyOwnership(conflicts)) {
    return `${managers} also ${manage} ${fields} with the values of your draft: taking over makes mirrorboard a manager of ${them} and changes no value of theirs.`
  }
  return `${managers} ${manage} ${fields} that your draft changes: forcing overwrites ${them}, and ${managers} may write the old values again.`
}

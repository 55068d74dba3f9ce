import { goQuote } from '@/lib/validation/go-text'
import type { Refusal } from '../api/refusal'
import { type Owner, ownerId } from './managed-fields'
import type { Conflict } from './move-ownership'
import { formatPath } from './path-element'

/** The 409 of a refused apply, in the words kubectl prints: one line per field, grouped by owner. */
export function conflictRefusal(conflicts: readonly Conflict[]): Refusal {
  return {
    ok: false,
    code: 409,
    reason: 'Conflict',
    message: conflictMessage(conflicts),
    causes: conflicts.map(({ owner, path }) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${formatOwner(owner)}`,
      field: formatPath(path),
    })),
  }
}

function conflictMessage(conflicts: readonly Conflict[]): string {
  const [only] = conflicts
  if (only !== undefined && conflicts.length === 1) {
    return `Apply failed with 1 conflict: conflict with ${formatOwner(only.owner)}: ${formatPath(only.path)}`
  }
  const groups = new Map<string, string[]>()
  for (const { owner, path } of conflicts) {
    const id = ownerId(owner)
    const lines = groups.get(id) ?? [`conflicts with ${formatOwner(owner)}:`]
    lines.push(`- ${formatPath(path)}`)
    groups.set(id, lines)
  }
  const lines = [...groups.keys()].sort().flatMap((id) => groups.get(id) ?? [])
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`
}

/** `"name"`, with its subresource, and for those who update also with the version they used. */
function formatOwner(owner: Owner): string {
  const name = goQuote(owner.manager)
  const where = owner.subresource === '' ? '' : ` with subresource ${goQuote(owner.subresource)}`
  const version = owner.operation === 'Update' ? ` using ${owner.apiVersion}` : ''
  return `${name}${where}${version}`
}

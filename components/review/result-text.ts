import type { Tone } from '@/components/ui/chip'
import type { ManifestResult } from '@/lib/dashboard-api/manifests'

type Outcome = ManifestResult['outcome']

const DRY_RUN_WORDS: Record<Exclude<Outcome, 'stale'>, string> = {
  created: 'will be created',
  configured: 'will be changed',
  unchanged: 'stays as it is',
  rejected: 'refused',
  conflict: 'conflict',
}

const APPLY_WORDS: Record<Exclude<Outcome, 'stale'>, string> = {
  created: 'created',
  configured: 'configured',
  unchanged: 'unchanged',
  rejected: 'refused',
  conflict: 'conflict',
}

const TONES: Record<Outcome, Tone> = {
  created: 'ok',
  configured: 'accent',
  unchanged: 'neutral',
  rejected: 'bad',
  conflict: 'warn',
  stale: 'warn',
}

export function outcomeText(
  { outcome, live }: Pick<ManifestResult, 'outcome' | 'live'>,
  action: 'dry-run' | 'apply',
  isCreation = false,
): string {
  if (outcome === 'stale') {
    if (live === null) return 'was deleted'
    return isCreation ? 'already exists' : 'has changed since'
  }
  return action === 'apply' ? APPLY_WORDS[outcome] : DRY_RUN_WORDS[outcome]
}

export function outcomeTone(outcome: Outcome): Tone {
  return TONES[outcome]
}

/** True when the server took, or would take, every document. */
export function isAccepted(results: readonly ManifestResult[]): boolean {
  return (
    results.length > 0 &&
    results.every(({ outcome }) => ['created', 'configured', 'unchanged'].includes(outcome))
  )
}

/** `HTTPRoute default/http-mirror`. */
export function resultName({ kind, namespace, name }: ManifestResult): string {
  return namespace === '' ? `${kind} ${name}` : `${kind} ${namespace}/${name}`
}

/** What mirrors answered with an error: answered by the accounting identity, and yet no good answer. Pure. */
import { formatCount, formatShare } from '@/components/format/numbers'
import type { MirrorSeries } from '@/lib/dashboard-api/series'

/** Answers in a window, and how many of them are 5xx; null where no answer's status is known. */
export interface MirrorErrors {
  readonly answers: number
  readonly errors: number
}

/** Of all the mirrors together. */
export function mirrorErrors(
  mirrors: readonly Pick<MirrorSeries, 'totalsByCode'>[],
): MirrorErrors | null {
  const codes = mirrors
    .flatMap(({ totalsByCode }) => Object.entries(totalsByCode))
    .filter(([code]) => /^[1-5]/.test(code))
  const sum = (of: typeof codes) => of.reduce((total, [, count]) => total + count, 0)
  const answers = sum(codes)
  return answers === 0
    ? null
    : { answers, errors: sum(codes.filter(([code]) => code.startsWith('5'))) }
}

/** `5 % of their answers 5xx`, short enough for a tile. */
export function errorsNote(errors: MirrorErrors | null): string {
  return errors === null
    ? 'no answer yet'
    : `${formatShare(errors.errors, errors.answers)} of the answers 5xx`
}

/** `14 of the answered are 5xx (4.9 %): 503 12, 500 2.`; what is not known is said so. */
export function errorsSentence(mirror: Pick<MirrorSeries, 'totalsByCode'>): string {
  const found = mirrorErrors([mirror])
  if (found === null) return 'No status of an answer is known.'
  const { answers, errors } = found
  if (errors === 0) return 'None of the answered are 5xx.'
  const codes = Object.entries(mirror.totalsByCode)
    .filter(([code, count]) => code.startsWith('5') && count > 0)
    .sort(([, left], [, right]) => right - left)
    .map(([code, count]) => `${code} ${formatCount(count)}`)
  return `${formatCount(errors)} of the answered are 5xx (${formatShare(errors, answers)}): ${codes.join(', ')}.`
}
